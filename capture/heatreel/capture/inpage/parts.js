// Pictures beside the picture of the page: what lies below fixed things, and all that inner scrollers hold.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.parts) return;

  const LEAST_PX = 60; // a smaller window on more shows nothing worth a picture
  const scrolls = (overflow, all, seen) => /auto|scroll|overlay/.test(overflow) && all > seen + 8 && seen >= LEAST_PX;

  // What is seen of an element, in whole px, at scroll 0 of the window.
  const shownBox = (element) => {
    const box = element.getBoundingClientRect();
    const root = document.documentElement;
    const left = Math.max(0, Math.floor(box.left)), top = Math.max(0, Math.floor(box.top));
    const right = Math.min(root.clientWidth, Math.ceil(box.right));
    const bottom = Math.min(Math.max(innerHeight, root.scrollHeight), Math.ceil(box.bottom));
    return [left, top, right - left, bottom - top];
  };

  // Fixed, or stuck to the lower edge of the window: it covers what the page has there.
  const covers = (element, style) => style.position === "fixed" || (style.position === "sticky" && style.bottom !== "auto"
    && Math.abs(element.getBoundingClientRect().bottom + parseFloat(style.bottom) - innerHeight) < 2);

  const isScroller = (element, style) =>
    (scrolls(style.overflowY, element.scrollHeight, element.clientHeight) && element.clientWidth >= LEAST_PX)
    || (scrolls(style.overflowX, element.scrollWidth, element.clientWidth) && element.clientHeight >= LEAST_PX / 2);

  const within = (element, others) => {
    for (let at = element; at; at = at.parentNode || at.host) if (others.includes(at)) return true;
    return false;
  };

  // The same for a scroller that shows the same as before: what it holds, and what a page says of itself at its root.
  const looks = (element) => {
    const roots = [document.documentElement, document.body].map((root) => root.cloneNode(false).outerHTML);
    const marks = [...element.querySelectorAll("input, select, textarea")].map((one) => `${one.checked}${one.value}`);
    return hr.shortHash([element.outerHTML, ...roots, ...marks, element.matches(":hover, :focus-within")].join("\n"));
  };

  let fixed = [], scrollers = [], veils = [], sticking = [];

  // The outermost fixed things and the outermost inner scrollers that can be seen, at most so many of each.
  hr.parts = (most) => {
    fixed = [];
    scrollers = [];
    for (const element of [document, ...hr.shadows].flatMap((root) => [...root.querySelectorAll("*")])) {
      if (element === document.body || element === document.documentElement) continue;
      const style = getComputedStyle(element);
      const held = /fixed|sticky/.test(style.position) && covers(element, style) && fixed.length < most;
      const scroller = scrollers.length < most && isScroller(element, style);
      if (!held && !scroller) continue;
      const [, , width, height] = shownBox(element);
      if (width < 2 || height < 2 || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
      if (held && !within(element, fixed)) fixed.push(element);
      if (scroller && !within(element, scrollers)) scrollers.push(element);
    }
    return [
      ...fixed.map((element) => ({ kind: "fixed", selector: hr.selectorOf(element), box: shownBox(element) })),
      ...scrollers.map((element) => {
        const rect = element.getBoundingClientRect();
        const x = Math.round(rect.left + element.clientLeft + scrollX), y = Math.round(rect.top + element.clientTop + scrollY);
        return {
          kind: "scroller", selector: hr.selectorOf(element), box: [x, y, element.clientWidth, element.clientHeight],
          scroll: [Math.round(element.scrollLeft), Math.round(element.scrollTop)],
          content: [element.scrollWidth, element.scrollHeight], looks: looks(element),
        };
      }),
    ];
  };

  // Takes elements out of sight without changing the DOM or the layout. Nothing of it is left after `unveil`.
  const veil = (element) => {
    for (const pseudoElement of [undefined, "::backdrop"]) {
      try { veils.push(element.animate({ opacity: [0, 0] }, { duration: 1e8, pseudoElement })); } catch { /* has none */ }
    }
  };
  const unveil = () => {
    for (const one of veils) one.cancel();
    veils = [];
  };

  hr.veilFixed = (on) => {
    if (on) fixed.forEach(veil);
    else unveil();
    return true;
  };

  // Where the things that stick inside a scroller are in its content.
  const placesInside = (scroller) => [...scroller.querySelectorAll("*")]
    .filter((element) => getComputedStyle(element).position === "sticky")
    .map((element) => [element, placeOf(element, scroller)]);
  const placeOf = (element, scroller) => {
    const box = element.getBoundingClientRect(), around = scroller.getBoundingClientRect();
    return [box.left - around.left + scroller.scrollLeft, box.top - around.top + scroller.scrollTop];
  };

  // Scrolls the scroller of that number; resolves with where it then stands. Out of sight are fixed things that it is
  // not in, and what sticks and has left its place in the content: it was seen there.
  hr.scrollPart = async (number, left, top) => {
    const scroller = scrollers[number];
    unveil();
    scroller.scrollTo({ left, top, behavior: "instant" });
    await hr.frame();
    if (!left && !top) sticking = placesInside(scroller);
    for (const element of fixed) if (!within(scroller, [element])) veil(element);
    for (const [element, [x, y]] of sticking) {
      const [nowX, nowY] = placeOf(element, scroller);
      if (Math.abs(nowX - x) > 1 || Math.abs(nowY - y) > 1) veil(element);
    }
    await hr.frame();
    return [Math.round(scroller.scrollLeft), Math.round(scroller.scrollTop)];
  };

  // Everything as it was.
  hr.leaveParts = async (places) => {
    unveil();
    for (const [number, left, top] of places) scrollers[number].scrollTo({ left, top, behavior: "instant" });
    await hr.quiet(600, 200);
    return true;
  };
})();
