// What the tests ask of the page model, from inside the page. Reads through the prototypes, as hostile pages demand.
const select = (root, css) =>
  (root.nodeType === 9 ? Document : DocumentFragment).prototype.querySelectorAll.call(root, css);

const innerOf = (element) =>
  element.shadowRoot instanceof ShadowRoot ? element.shadowRoot
    : element.localName === "iframe" ? element.contentDocument : null;

/** Every element, through open shadow roots and frames of the same origin. */
function everything(root) {
  const found = [...select(root, "*")];
  return found.concat(...found.map(innerOf).filter(Boolean).map(everything));
}

/** The only element that a chained selector finds, or how many its first wrong part finds. */
function only(path, root, scope) {
  const [first, ...rest] = path.split(" >>> ");
  const hits = select(root, root.nodeType === 11 ? scope + first : first);
  if (hits.length !== 1) return hits.length;
  return rest.length ? only(rest.join(" >>> "), innerOf(hits[0]), scope) : hits[0];
}

globalThis.laws = {
  /** Number of elements, of distinct selectors, and the selectors that do not find their element or find more. */
  selectors() {
    const pairs = everything(document).map((element) => [element, __heatreel.selector(element)]);
    const wrong = pairs.filter(([element, path]) => only(path, document, "") !== element || __heatreel.resolve(path) !== element);
    return [pairs.length, new Set(pairs.map(([, path]) => path)).size, wrong.map(([, path]) => path)];
  },

  /** The pairs of selector and CSS path that find different elements. */
  paths: (pairs) => pairs.filter(([selector, path]) => only(path, document, ":host > ") !== __heatreel.resolve(selector)),

  /** Fingerprint, sealed fingerprint, box and position of single elements, as the recorder asks for them. */
  prints: (paths) => paths.map((path) => {
    const element = __heatreel.resolve(path);
    const print = __heatreel.fingerprint(element);
    return [print, __heatreel.seal(print, "write-key"), __heatreel.box(element), __heatreel.position(element)];
  }),

  /** Selectors of what is hit at some points of the viewport but not in the outline, or not visible in it. */
  hidden() {
    const { elements } = JSON.parse(__heatreel.outline(document));
    const seen = new Map(elements.map((one) => [one.selector, one.visible]));
    const opaque = (element) => !element || (getComputedStyle(element).opacity !== "0" && opaque(element.parentElement));
    const wrong = new Set();
    for (let y = 3; y < innerHeight; y += 17) {
      for (let x = 3; x < innerWidth; x += 19) {
        const hit = Document.prototype.elementFromPoint.call(document, x, y);
        const path = hit && __heatreel.selector(__heatreel.subject(hit));
        if (hit && !innerOf(hit) && opaque(hit) && hit.localName !== "html" && !seen.get(path)) wrong.add(path);
      }
    }
    return [...wrong];
  },

  /** Number of points looked at, and those where something visible is said to be above what is hit. */
  paint() {
    const { elements } = JSON.parse(__heatreel.outline(document));
    const byPath = new Map(elements.map((one) => [one.selector, one]));
    const nodes = elements.map((one) => __heatreel.resolve(one.selector));
    const holds = (node, x, y) => [...node.getClientRects()].some((r) => x > r.left && x < r.right && y > r.top && y < r.bottom);
    const wrong = [];
    let points = 0;
    for (let y = 7; y < innerHeight; y += 23) {
      for (let x = 5; x < innerWidth; x += 29) {
        const under = Document.prototype.elementsFromPoint.call(document, x, y);
        const [hit] = under;
        // Listed twice: what is hit is a ::before or ::after, which has a paint order of its own.
        if (!hit || innerOf(hit) || under.indexOf(hit) !== under.lastIndexOf(hit)) continue;
        const own = byPath.get(__heatreel.selector(__heatreel.subject(hit)));
        const above = elements.filter((one, i) => one.order > own.order && one.visible && under.includes(nodes[i]) && holds(nodes[i], x, y));
        points++;
        if (above.length) wrong.push([x, y, own.selector, above[0].selector]);
      }
    }
    return [points, wrong];
  },
};
