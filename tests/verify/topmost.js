// For each selector: what the browser finds at the middle of the element, at scroll 0 and at every scroll position that
// brings it into the window. "own": the element or what is in it; "around": what it lies in; else another's tag.
(selectors) => {
  const at = (el) => {
    const { left, top, width, height } = el.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return "outside";
    const hit = document.elementFromPoint(x, y);
    return !hit ? "outside" : el.contains(hit) ? "own" : hit.contains(el) ? "around" : hit.localName;
  };
  const go = (y) => scrollTo({ top: y, left: 0, behavior: "instant" });
  const seen = selectors.map((css) => {
    const el = document.querySelector(css);
    go(0);
    const first = at(el);
    const middle = el.getBoundingClientRect().top + el.getBoundingClientRect().height / 2;
    const found = new Set();
    for (let share = 0.025; share < 1; share += 0.05) {
      go(middle - share * innerHeight);
      found.add(at(el));
    }
    return { first, found: [...found] };
  });
  go(0);
  return seen;
}
