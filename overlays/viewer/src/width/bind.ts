/** Heat bound to the elements of a rebuilt page: wherever they go, it goes with them. */
import type { ElementNumbers, HitsDocument } from "../api.js";
import { boxOf, resolve } from "./find.js";
import type { Spot } from "./heat.js";

/** Places are told in thousandths of an element's box. */
const WHOLE = 1000;

export interface Bound {
  /** Where the heat is now, in px of the window from its top left. */
  spots(window: { x: number; y: number; width: number; height: number; margin: number }): Spot[];
  /** How many events are on elements that are shown at this width, and on how many that are not. */
  count(): Account;
}

export interface Account {
  shown: number;
  /** On elements that this width does not show. */
  hidden: number;
  /** On elements that the rebuilt page does not have. */
  lost: number;
}

/** Finds the elements of hits in a rebuilt page. */
export function bind(hits: HitsDocument, doc: Document): Bound {
  const found = hits.elements.map((element) => resolve(element.selector, doc) ?? (element.path ? resolve(element.path, doc) : null));
  const each = (visit: (element: Element | null, u: number, v: number, events: number) => void): void => {
    for (let at = 0; at + 3 < hits.points.length; at += 4) {
      const [index, u, v, events] = hits.points.slice(at, at + 4) as [number, number, number, number];
      visit(found[index] ?? null, u / WHOLE, v / WHOLE, events);
    }
  };
  return {
    spots(window) {
      const boxes = new Map<Element, DOMRect>();
      const spots: Spot[] = [];
      each((element, u, v, events) => {
        if (!element) return;
        let box = boxes.get(element);
        if (!box) boxes.set(element, (box = boxOf(element, { x: 0, y: 0 })));
        if (!box.width || !box.height) return;
        const x = box.x + u * box.width;
        const y = box.y + v * box.height;
        const { margin } = window;
        if (x < -margin || y < -margin || x > window.width + margin || y > window.height + margin) return;
        if (isShown(element)) spots.push({ x, y, weight: events });
      });
      return spots;
    },
    count() {
      const account = { shown: 0, hidden: 0, lost: 0 };
      each((element, _u, _v, events) => {
        if (!element) account.lost += events;
        else if (hasBox(element) && isShown(element)) account.shown += events;
        else account.hidden += events;
      });
      return account;
    },
  };
}

function hasBox(element: Element): boolean {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0;
}

function isShown(element: Element): boolean {
  const style = element.ownerDocument.defaultView?.getComputedStyle(element);
  return style?.visibility !== "hidden" && style?.display !== "none";
}

/** Which of the numbered elements is under a point of the window, and the way back. */
export interface Found {
  at(x: number, y: number): ElementNumbers | null;
  of(element: ElementNumbers): Element | null;
}

export function find(elements: readonly ElementNumbers[], doc: Document): Found {
  const numbers = new Map<Element, ElementNumbers>();
  const nodes = new Map<number, Element>();
  for (const element of elements) {
    const node = resolve(element.selector, doc);
    if (!node) continue;
    nodes.set(element.i, node);
    if (!numbers.has(node)) numbers.set(node, element);
  }
  return {
    of: (element) => nodes.get(element.i) ?? null,
    at(x, y) {
      for (let node: Element | null = pierced(doc, x, y); node; node = above(node)) {
        const known = numbers.get(node);
        if (known) return known;
      }
      return null;
    },
  };
}

function pierced(root: Document | ShadowRoot, x: number, y: number): Element | null {
  const element = root.elementFromPoint(x, y);
  if (!element?.shadowRoot) return element;
  const inner = element.shadowRoot.elementFromPoint(x, y);
  return inner && inner !== element ? pierced(element.shadowRoot, x, y) : element;
}

function above(node: Element): Element | null {
  return node.parentElement ?? ((node.getRootNode() as ShadowRoot).host || null);
}
