using System.Text.RegularExpressions;
namespace Shop;
public class Store {
    private static readonly Regex Code = new Regex("^[a-z]+-[0-9]+$");
    private double rate = 0.5;
    private bool strict = true;
    private List<int> sizes = new List<int> { 1, 2, 3 };

    public override bool Equals(object other) {
        if (ReferenceEquals(this, other)) return true;
        return other.GetType() == GetType();
    }

    public int Totals(int price, int side, int flags) {
        int half = price / side;
        int rest = side % 3;
        int negative = -half;
        int positive = +half;
        int bits = (flags & 6) | (flags ^ 3);
        int shifted = flags << 2;
        int inverse = ~flags;
        half *= 2;
        flags &= 1;
        int moved = flags >>> 1;
        --half;
        return Math.Abs(half) + rest;
    }

    public string Label(int kind, User user) {
        var name = user?.Name;
        var size = user?.Sizes?[0];
        if (user is not null) return name.Trim();
        switch (kind) {
            case 1: return "one";
            default: return "other";
        }
    }

    public int Read(string path, bool done) {
        this.limit ??= 10;
        this.open = path;
        try { Step(); }
        catch (IOException error) { Step(); }
        if (Ready(2)) Step();
        while (More() || done) Step();
        if (path.StartsWith("a") && !done) { return 3; }
        return Ready(1) ? limit : 0;
    }

    public int Choice(int n, Options options) => n switch { 1 => 2, 3 when options.Deep => 4, _ => 5 };

    public Options Strict(Options options) => options with { Deep = 1, Strict = false };
}
