#include <regex.h>
#include <stdbool.h>

static double rate = 0.5;

int totals(int price, int side, int flags) {
    int half = price / side;
    int rest = side % 3;
    int negative = -half;
    int positive = +half;
    int bits = (flags & 6) | (flags ^ 3);
    int shifted = flags << 2;
    int inverse = ~flags;
    half *= 2;
    flags &= 1;
    half--;
    return abs(half - 1) + rest;
}

const char *label(int kind) {
    switch (kind) {
    case 1: return "one";
    default: return "";
    }
}

int read_all(struct shop *shop, regex_t *code, bool done) {
    shop->limit = 10;
    shop->strict = true;
    if (regcomp(code, "^[a-z]+-[0-9]+$", 0)) return 1;
    while (more() || !done) step();
    if (is_open(shop)) step();
    return strchr(shop->name, 'a') ? 1 : 2;
}
