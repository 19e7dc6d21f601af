/** A list of any length of which only the rows in sight are in the document. */
import { h } from "./dom.js";

export interface Virtual {
  root: HTMLElement;
  /** Starts again with that many rows. */
  reset(total: number): void;
}

/** Browsers lay out no taller element than about 16 million px. */
const TALLEST = 8_000_000;

/** Rows are `tall` px. `row` makes one, or null while it is being fetched; `want` is told which are in sight. */
export function virtual(
  tall: number, label: string, row: (index: number) => HTMLElement | null, want: (from: number, to: number) => void,
): Virtual & { refresh(): void } {
  const layer = h("div", { className: "rows", role: "list" });
  const room = h("div", { className: "room" }, layer);
  const root = h("div", { className: "virtual", tabIndex: 0, role: "region", "aria-label": label }, room);
  let total = 0;
  let due = 0;
  const made = new Map<number, HTMLElement>();

  function draw(force = false): void {
    const high = Math.min(total * tall, TALLEST);
    const inSight = Math.ceil(root.clientHeight / tall) + 1;
    const way = Math.max(high - root.clientHeight, 1);
    const all = Math.max(total * tall - root.clientHeight, 1);
    // A list taller than browsers can: the scroll bar stands for more than it is long.
    const top = high < total * tall ? (root.scrollTop / way) * all : root.scrollTop;
    const from = Math.max(Math.floor(top / tall) - 6, 0);
    const to = Math.min(from + inSight + 12, total);
    if (force) made.clear();
    for (const [index] of made) if (index < from || index >= to) made.delete(index);
    for (let index = from; index < to; index++) if (!made.has(index)) put(index);
    want(from, to);
    layer.style.transform = `translateY(${root.scrollTop - (top - from * tall)}px)`;
    layer.replaceChildren(...[...made.keys()].sort((a, b) => a - b).map((index) => made.get(index)!));
  }
  function put(index: number): void {
    const found = row(index);
    const one = found ?? h("div", { className: "row waiting" });
    one.setAttribute("role", "listitem");
    one.setAttribute("aria-setsize", String(total));
    one.setAttribute("aria-posinset", String(index + 1));
    one.style.height = `${tall}px`;
    if (!found) one.classList.add("empty");
    made.set(index, one);
  }
  root.addEventListener("scroll", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => draw());
  }, { passive: true });
  new ResizeObserver(() => draw()).observe(root);
  return {
    root,
    reset(count) {
      total = count;
      room.style.height = `${Math.min(total * tall, TALLEST)}px`;
      root.scrollTop = 0;
      draw(true);
    },
    refresh() {
      for (const [index, one] of made) if (one.classList.contains("empty")) made.delete(index);
      draw();
    },
  };
}
