// A list that has rows only for what is seen, so that two thousand datasets cost as much as thirty. The page scrolls as
// a whole; rows are placed by their offsets.

const BEYOND = 400;  // pixels above and below what is seen

export class VirtualList {
  /** `draw(item)` makes the element of an item; items have `key`, `height` and `version`. `onShown` hears of the items. */
  constructor(container, draw, onShown) {
    this.container = container;
    this.draw = draw;
    this.onShown = onShown;
    this.items = [];
    this.tops = [0];
    this.rows = new Map();  // by key
    const render = () => this.schedule();
    addEventListener('scroll', render, {passive: true});
    addEventListener('resize', render, {passive: true});
    container.addEventListener('keydown', (event) => this.move(event));
  }

  setItems(items) {
    this.items = items;
    this.tops = [0];
    for (const item of items) this.tops.push(this.tops.at(-1) + item.height);
    this.places = new Map(items.map((item, index) => [item.key, index]));
    this.container.style.height = `${this.tops.at(-1)}px`;
    this.render();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.render();
    });
  }

  /** The first item that ends below `offset`. */
  indexAt(offset) {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  render() {
    const top = -this.container.getBoundingClientRect().top;
    const first = this.indexAt(top - BEYOND);
    const last = Math.min(this.items.length, this.indexAt(top + innerHeight + BEYOND) + 1);
    const wanted = new Set();
    for (let index = first; index < last; ++index) wanted.add(this.items[index].key);
    const focused = this.container.querySelector(':focus')?.closest('[data-key]')?.dataset.key;
    for (const [key, row] of this.rows) {
      // The row that has the focus stays, or the keyboard would be lost.
      if (!wanted.has(key) && (key !== focused || !this.places.has(key))) {
        row.element.remove();
        this.rows.delete(key);
      }
    }
    for (let index = first; index < last; ++index) this.place(index, focused);
    this.onShown(this.items.slice(first, last));
  }

  place(index, focused) {
    const item = this.items[index];
    let row = this.rows.get(item.key);
    if (!row || row.version !== item.version) {
      const element = this.draw(item);
      element.dataset.key = item.key;
      element.setAttribute('role', 'listitem');
      element.setAttribute('aria-setsize', this.items.length);
      const hadFocus = row && item.key === focused;
      if (row) row.element.replaceWith(element);
      else this.container.append(element);
      if (hadFocus) element.querySelector('button')?.focus({preventScroll: true});
      row = {element, version: item.version};
      this.rows.set(item.key, row);
    }
    row.element.setAttribute('aria-posinset', index + 1);
    row.element.style.transform = `translateY(${this.tops[index]}px)`;
  }

  /** Arrows, Home and End go from row to row. */
  move(event) {
    const key = event.target.closest('[data-key]')?.dataset.key;
    const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity}[event.key];
    if (key === undefined || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const index = Math.min(this.items.length - 1, Math.max(0, this.places.get(key) + step));
    this.reveal(index);
    this.rows.get(this.items[index].key)?.element.querySelector('button')?.focus({preventScroll: true});
  }

  reveal(index) {
    const top = this.container.getBoundingClientRect().top + this.tops[index];
    const bottom = top + this.items[index].height;
    if (top < 80) scrollBy(0, top - 80);
    else if (bottom > innerHeight - 20) scrollBy(0, bottom - innerHeight + 20);
    this.render();
  }
}
