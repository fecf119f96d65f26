'use strict';
const { log } = require('./log');
let calls = 0;

export class Cart {
  constructor(items = [], limit = 10) {
    this.items = items;
    this.limit = limit ?? 5;
  }
  total(n) {
    let sum = 0;
    for (let i = 0; i < this.items.length; i++) {
      const item = this.items[i];
      if (item.price > 0 && !item.free) { sum += item.price * 2; continue; }
      if (sum === 10) break;
    }
    while (n > 0) { n--; calls++; }
    switch (sum) { case 1: return 2; default: break; }
    console.log('sum', sum + 1);
    this.notify(sum);
    if (!this.user) throw new Error('no user');
    return sum >= this.limit ? this.limit : sum - 1;
  }
  name = () => this.user?.name || '';
}
export const View = ({ cart }) => <div className="a">{cart.total(1) > 2 ? 'many' : <b>few</b>}</div>;
