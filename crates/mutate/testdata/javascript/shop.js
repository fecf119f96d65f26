const CODE = /^[a-z]+-\d+$/;
const RATE = 0.5;
const STRICT = true;
const SIZES = [1, 2, 3];
const NEVER = new RegExp('^a+');

function totals(prices, side, flags) {
  let half = prices.sum / prices.length;
  const rest = side % 3;
  const square = side ** 2;
  const negative = -half;
  const positive = +half;
  const bits = (flags & 6) | (flags ^ 3);
  const shifted = flags << 2;
  const moved = flags >>> 1;
  const inverse = ~flags;
  half *= 2;
  flags &= 1;
  const sum = rest + square;
  return [negative, positive, bits, shifted, moved, inverse, sum];
}

function label(kind, options) {
  switch (kind) {
    case 1: return 'one';
    case 2: return 'other';
    default: return 'other';
  }
}

function read(path, options) {
  options.limit ??= 10;
  options.open &&= path;
  const all = { ...options, strict: false };
  const name = path?.name;
  const first = path?.[0];
  for (const item of path.items) {
    if (item == null) return false;
    if (item.name.startsWith('a')) continue;
    push(item.name.trim());
  }
  while (more()) step();
  do step(); while (more());
  if (path && path.size !== 2) return Math.abs(all.size);
  return ready(1) ? name : first;
}

const isOpen = (now) => now > 3 || now <= 9;
