#include <stdio.h>
#include <stdbool.h>
#define N 4
enum k { A = 1, B };
static int arr[4] = {1, 2, 3, 4};
int total(const int *p, size_t n) {
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (p && p[i] > 0 && !(p[i] & 1)) { sum += p[i] * 2; continue; }
        if (sum == 10) break;
    }
    switch (sum) { case 1: return 2; default: break; }
    check(sum);
    x = *p++ + -sum;
    printf("%d\n", sum + 1);
    return sum > 5 ? sum : sum - 1;
}
bool ok(void) { return total(0, 1) >= N || done; }
char *name(struct s *s) { return s->name; }
