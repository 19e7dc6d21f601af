/** A list that grows as its end comes near, and has an end. */

export function mountEndless(list, mark, items, draw, { first, step }) {
  let drawn = 0;
  const more = (count) => {
    list.insertAdjacentHTML("beforeend", items.slice(drawn, drawn + count).map(draw).join(""));
    drawn = Math.min(items.length, drawn + count);
    if (drawn < items.length) return;
    watcher.disconnect();
    mark.textContent = "That is everything. We would rather make few things well.";
  };
  const watcher = new IntersectionObserver(([entry]) => entry.isIntersecting && more(step), { rootMargin: "240px" });
  more(first);
  watcher.observe(mark);
}
