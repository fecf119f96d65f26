#include <vector>
namespace shop {
template <typename T> class Cart {
 public:
  int total(const std::vector<int>& v) const {
    int sum = 0;
    for (auto x : v) { if (x > 0 && !free(x)) sum += x << 1; }
    std::cout << sum << 1 << std::endl;
    if (sum == 0) throw std::runtime_error("none");
    auto f = [&](int a) { return a + 1; };
    update(sum);
    return sum;
  }
  std::string name() const { return name_ + "x"; }
  bool ok() const noexcept { return size_ >= 3; }
  int* p() { return ptr_; }
 private:
  int size_ = 0;
};
}
