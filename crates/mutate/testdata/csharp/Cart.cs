using System;
namespace Shop;
public class Cart : Base {
    private int _limit = 10;
    public string Name { get; set; } = "";
    public int Total(List<Item> items, string? s) {
        var n = 0;
        for (int i = 0; i < items.Count; i++) {
            if (items[i].Price > 0 && !items[i].Free) { n += items[i].Price * 2; continue; }
            if (n == 5) break;
        }
        if (s is null) throw new ArgumentNullException(nameof(s));
        if (n < 0) { throw new Exception("x"); }
        Notify(n);
        var z = s ?? "none";
        var t = "a" + n;
        var q = user?.Name;
        switch (n) { case 1: return 2; default: break; }
        var w = n switch { 1 when n > 2 => 3, _ => 4 };
        return n > _limit ? _limit : n - 1;
    }
    public bool Ok() => _limit >= 3;
    public async Task<int> F() { await G(); return 5; }
}
