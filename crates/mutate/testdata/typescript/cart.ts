type Id = string | number;
interface Item { price: number; free?: boolean }
enum Kind { A = 1, B = 2 }
export class Cart<T extends Item> {
  private limit: number = 10;
  constructor(private readonly items: T[]) {}
  total(n: number): number {
    let sum = 0;
    for (const item of this.items) {
      if (item.price > 0 && !item.free) sum += item.price * n;
    }
    return sum < this.limit ? sum : this.limit;
  }
  label(id: Id): string { return 'id ' + id; }
  ok(): boolean { return this.items.every((item) => item.price !== 0) as boolean; }
  find(id: Id): T | undefined { return this.items.find((item) => item.price === id); }
}
