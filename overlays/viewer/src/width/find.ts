/** The way from a selector to its element, see `resolve` in `capture/page/src/selector.ts`. */

export function resolve(path: string, root: Document | ShadowRoot): Element | null {
  const [first, ...rest] = path.split(" >>> ");
  const found = first ? query(root, first) : null;
  if (!found || !rest.length) return found;
  const inner = found.shadowRoot ?? (found as HTMLIFrameElement).contentDocument;
  return inner ? resolve(rest.join(" >>> "), inner) : null;
}

function query(root: Document | ShadowRoot, css: string): Element | null {
  try {
    if (!css.startsWith(":host > ")) return root.querySelector(css);
    // Outside of a style sheet `:host` finds nothing: its children are those of the shadow root.
    return [...root.children].map((child) => from(child, css.slice(8))).find(Boolean) ?? null;
  } catch {
    return null;
  }
}

/** What steps `tag:nth-of-type(n) > ...` find, the first of them at this child. */
function from(child: Element, steps: string): Element | null {
  const [first, ...rest] = steps.split(" > ");
  if (!child.matches(first!)) return null;
  return rest.length ? child.querySelector(`:scope > ${rest.join(" > ")}`) : child;
}

/** The box of an element on its page, CSS px of the top document. */
export function boxOf(element: Element, scroll: { x: number; y: number }): DOMRect {
  const box = element.getBoundingClientRect();
  let [x, y] = [box.x + scroll.x, box.y + scroll.y];
  let frame = element.ownerDocument.defaultView?.frameElement ?? null;
  const top = frame?.ownerDocument.defaultView?.frameElement ? frame : null;
  for (frame = top; frame && frame.ownerDocument.defaultView?.frameElement; frame = frame.ownerDocument.defaultView.frameElement) {
    const outer = frame.getBoundingClientRect();
    x += outer.x + (frame as HTMLElement).clientLeft;
    y += outer.y + (frame as HTMLElement).clientTop;
  }
  return new DOMRect(x, y, box.width, box.height);
}
