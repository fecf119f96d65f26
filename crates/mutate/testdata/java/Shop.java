package shop;
import java.util.regex.Pattern;
public class Shop {
    private static final Pattern CODE = Pattern.compile("^[a-z]+-\\d+$");
    private double rate = 0.5;
    private boolean strict = true;
    private int[] sizes = {1, 2, 3};
    private int limit;
    private String name;

    @Override
    public boolean equals(Object other) {
        if (this == other) return true;
        return other.getClass() == getClass();
    }

    @Override
    public String toString() { return "shop " + 1; }

    int totals(int price, int side, int flags) {
        int half = price / side;
        int rest = side % 3;
        int negative = -half;
        int positive = +half;
        int bits = (flags & 6) | (flags ^ 3);
        int shifted = flags << 2;
        int moved = flags >>> 1;
        int inverse = ~flags;
        half *= 2;
        flags &= 1;
        half--;
        return half + rest;
    }

    String label(Object kind, int number) {
        switch (number) {
            case 1: return "one";
            case 2: return "";
            default: number = 3;
        }
        return switch (kind) {
            case Integer i when i > 3 -> "many";
            case String s -> s.trim();
            default -> "other";
        };
    }

    int read(String path, boolean done) {
        this.limit = 10;
        if (path.isEmpty()) { throw new IllegalStateException("no " + path); }
        while (more() || done) step();
        if (!done) step();
        return Math.abs(limit);
    }

    String first(boolean done) {
        return ready(1) ? name : "none";
    }
}
