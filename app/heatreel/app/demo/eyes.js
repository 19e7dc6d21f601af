/**
 * What the driver sees of a page: its own geometry, paths and panels, so that the truth owes nothing to the page
 * model or the recorder. Runs before the page's scripts and listens to nothing.
 */
globalThis.__eyes = (() => {
  const inner = (element) => element.shadowRoot ?? (element.localName === "iframe" ? element.contentDocument : null);

  /** The first element of a selector whose parts, joined by " >>> ", enter shadow roots and frames. */
  const find = (selector) => {
    let root = document;
    let element = null;
    for (const part of selector.split(" >>> ")) {
      element = root?.querySelector(part) ?? null;
      if (!element) return null;
      root = inner(element);
    }
    return element;
  };

  const host = (element) => {
    const root = element.getRootNode();
    return root.host ?? root.defaultView?.frameElement ?? null;
  };

  const parent = (element) => element.parentElement ?? host(element);

  /** Path from the body by tag and nth-of-type, joined by " >>> " where a shadow root or a frame is entered. */
  const path = (element) => {
    let text = "";
    for (let at = element; at && at.localName !== "html"; ) {
      const outer = host(at);
      const top = at.localName === "body" || !at.parentElement;
      const nth = at.parentNode ? [...at.parentNode.children].filter((one) => one.localName === at.localName).indexOf(at) + 1 : 1;
      const step = at.localName === "body" && !outer ? "body" : `${at.localName}:nth-of-type(${nth})`;
      const glue = top && outer ? " >>> " : " > ";
      text = text ? step + text : step;
      at = top ? outer : at.parentElement;
      if (at && at.localName !== "html") text = glue + text;
    }
    return text;
  };

  /** Box in CSS px of the window, through frames. */
  const box = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const frame = element.ownerDocument.defaultView.frameElement;
    if (!frame) return [x, y, width, height];
    const [left, top] = box(frame);
    return [left + frame.clientLeft + x, top + frame.clientTop + y, width, height];
  };

  /** The deepest element at a point of the window; a shape counts as its drawing. */
  const deepest = (x, y) => {
    let element = document.elementFromPoint(x, y);
    for (let root = element && inner(element); root; root = element && inner(element)) {
      let [left, top] = [0, 0];
      if (root.nodeType === 9) {
        const [frameX, frameY] = box(element);
        [left, top] = [frameX + element.clientLeft, frameY + element.clientTop];
      }
      const next = root.elementFromPoint(x - left, y - top);
      if (!next || next === element) break;
      element = next;
    }
    while (element?.ownerSVGElement) element = element.ownerSVGElement;
    return element;
  };

  const CONTROL = "a[href],button,input,select,textarea,summary,label,[role=button],[role=tab],[onclick]";

  const chain = (element) => {
    const list = [];
    for (let at = element; at; at = parent(at)) list.push(at);
    return list;
  };

  const placed = (element) => {
    const kinds = chain(element).map((one) => getComputedStyle(one).position);
    return kinds.includes("fixed") ? "fixed" : kinds.includes("sticky") ? "sticky" : "";
  };

  const scroller = (element) =>
    chain(element).slice(1).find((one) => {
      const style = getComputedStyle(one);
      const down = /auto|scroll/.test(style.overflowY) && one.scrollHeight > one.clientHeight + 1;
      const along = /auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
      return one.localName !== "body" && one.localName !== "html" && (down || along);
    });

  const seen = (element) => {
    if (!element?.checkVisibility({ visibilityProperty: true })) return false;
    const [, , width, height] = box(element);
    return width > 0 && height > 0 && chain(element).every((one) => one.localName !== "iframe" || one.checkVisibility());
  };

  const shown = (panels) => Object.keys(panels).filter((name) => seen(find(panels[name])));

  /** All that the truth says of a point of the window. */
  const look = (x, y, panels) => {
    const element = deepest(x, y);
    const [left, top, width, height] = box(element);
    const control = chain(element).find((one) => one.matches(CONTROL));
    const inside = scroller(element);
    return JSON.stringify({
      time: Date.now(),
      url: location.href,
      path: path(element),
      control: control ? path(control) : "",
      x: x + scrollX,
      y: y + scrollY,
      box: [left + scrollX, top + scrollY, width, height],
      u: width ? (x - left) / width : 0,
      v: height ? (y - top) / height : 0,
      position: placed(element),
      scroller: inside ? path(inside) : "",
      scroll: [scrollX, scrollY],
      height: document.documentElement.scrollHeight,
      shown: shown(panels),
      text: (element.innerText ?? element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 80),
    });
  };

  /** Where a target is now, and whether the point at a share of its box would reach it. */
  const aim = (selector, u, v) => {
    const element = find(selector);
    if (!element) return JSON.stringify({ found: false });
    const [left, top, width, height] = box(element);
    const [x, y] = [left + u * width, top + v * height];
    const inWindow = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const hit = inWindow ? deepest(x, y) : null;
    const inside = scroller(element);
    return JSON.stringify({
      found: true,
      x, y, width, height,
      visible: seen(element),
      // A disabled button is what is there, also when nothing can be done with it.
      free: hit !== null && chain(hit).includes(element),
      scroller: inside ? box(inside) : null,
      position: placed(element),
      window: [innerWidth, innerHeight],
      scrollY,
    });
  };

  const paths = (panels) => {
    const found = {};
    for (const [name, selector] of Object.entries(panels)) {
      const element = find(selector);
      if (element) found[name] = path(element);
    }
    return JSON.stringify(found);
  };

  const settled = () =>
    new Promise((done) => {
      let last = null;
      const step = (left) => {
        const now = `${scrollX} ${scrollY} ${document.documentElement.scrollHeight}`;
        if (now === last || !left) done(scrollY);
        else {
          last = now;
          requestAnimationFrame(() => step(left - 1));
        }
      };
      step(30);
    });

  return { aim, look, paths, settled };
})();
