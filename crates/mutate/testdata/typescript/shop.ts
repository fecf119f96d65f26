const CODE = /^[a-z]+-\d+$/;
const RATE: number = 0.5;
const STRICT = true;
const SIZES: number[] = [1, 2, 3];

export function totals(prices: number[], side: number, flags: number): number {
  let half = prices[0] / prices.length;
  const rest = side % 3;
  const square = side ** 2;
  const negative = -half;
  const positive = +half;
  const bits = (flags & 6) | (flags ^ 3);
  const shifted = flags << 2;
  const moved = flags >>> 1;
  const inverse = ~flags;
  half *= 2;
  half--;
  flags &= 1;
  return rest + square - negative;
}

export function label(kind: number, options: Options): string {
  if (kind == 3) throw new Error('no such kind');
  switch (kind) {
    case 1: return 'one';
    default: return '';
  }
}

export class Reader {
  private limit?: number;

  read(path: Path, options: Options): string | undefined {
    this.limit ??= 10;
    this.open = path;
    options.open &&= path;
    const all = { ...options, strict: false };
    const name = path?.name ?? 'none';
    for (const item of path.items) {
      if (item.done) continue;
      if (item.name.startsWith('a')) break;
      push(item.name.trim());
    }
    while (more()) step();
    if (!path || all) return Math.abs(all.size);
    return ready(1) ? name : path.first;
  }
}
