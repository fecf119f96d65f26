package shop;
import java.util.List;
public class Cart {
    private final int limit = 10;
    private String name = "";
    static final int MAX = 1 << 5;
    public int total(List<Item> items, String s) {
        int n = 0;
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).price > 0 && !items.get(i).free()) {
                n += items.get(i).price * 2;
                continue;
            }
            if (n == 5) break;
        }
        String t = "a" + n;
        switch (n) { case 1: return 2; default: break; }
        if (s == null) { throw new IllegalArgumentException("s"); }
        check(n);
        return n > limit ? limit : n - 1;
    }
    boolean ok() { return this.limit >= total(null, "x") || name.startsWith("a"); }
    Item find(String k) { return map.get(k); }
}
