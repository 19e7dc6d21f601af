/** Where elements are, and whether one can see them. Lengths are CSS px. */

import { bodyOf, documentOf, hostOf, once, parentOf, rectOf, rootElementOf, styleOf, tagOf, type Memo } from "./dom";

// Not in browsers of before 2024.
const checkVisibility = Element.prototype.checkVisibility as Element["checkVisibility"] | undefined;

const SEEN = { checkOpacity: true, checkVisibilityCSS: true };

/** "fixed" or "sticky" when the element or an ancestor is: the nearest one says. */
export function position(element: Element, memo: Memo): "" | "fixed" | "sticky" {
  const own = styleOf(element).position;
  if (own === "fixed" || own === "sticky") return own;
  const parent = parentOf(element);
  return parent ? once(memo, position, parent) : "";
}

/**
 * x, y, width and height in coordinates of the top document's page. Fixed elements are where they are at scroll 0;
 * sticky ones, and what is inside a scrolled container, where they are now.
 */
export function box(element: Element, memo: Memo = new Map()): [number, number, number, number] {
  const { left, top, width, height } = rectOf(element);
  const frame = hostOf(documentOf(element));
  if (!frame) {
    const moves = once(memo, position, element) === "fixed" ? 0 : 1;
    return [left + moves * scrollX, top + moves * scrollY, width, height];
  }
  const [x, y, outer] = once(memo, box, frame);
  const { paddingLeft, paddingTop } = styleOf(frame);
  const scale = outer / frame.offsetWidth || 1;
  return [
    x + scale * (left + frame.clientLeft + parseFloat(paddingLeft)),
    y + scale * (top + frame.clientTop + parseFloat(paddingTop)),
    scale * width,
    scale * height,
  ];
}

/** The nearest ancestor, short of the body, that clips an element; null when none does. */
function clipper(element: Element, memo: Memo): Element | null {
  const around = styleOf(element).position === "fixed" ? null : parentOf(element);
  if (!around || /^(body|html|i?frame)$/.test(tagOf(around))) return null;
  return styleOf(around).overflow === "visible" ? once(memo, clipper, around) : around;
}

/** How a clipper, or for a root element its page, overflows, and where it is. */
function opening(element: Element): [overflowX: string, overflowY: string, edges: DOMRect] {
  const { overflowX, overflowY } = styleOf((tagOf(element) === "html" && bodyOf(documentOf(element))) || element);
  return [overflowX, overflowY, rectOf(element)];
}

/** Whether a span overlaps that of a container, or can be scrolled to. */
const within = (overflow: string | null, from: number, to: number, start: number, end: number): boolean =>
  (to > start && from < end) || /auto|scroll/.test(overflow!);

/**
 * Whether a person can see an element now, or by scrolling: rendered, not transparent, more than a pixel, not clipped
 * away, not off the page or, when fixed, off the viewport.
 */
export function visible(element: Element, memo: Memo): boolean {
  if (checkVisibility && !checkVisibility.call(element, SEEN)) return false;
  const { left, top, right, bottom, width, height } = rectOf(element);
  if (width * height <= 1) return false;
  const document = documentOf(element);
  const root = rootElementOf(document);
  const clip = once(memo, clipper, element);
  const [overflowX, overflowY, edges] = once(memo, opening, clip || root);
  const endX = clip || overflowX !== "visible" ? edges.right : Infinity;
  const endY = clip ? edges.bottom : once(memo, position, element) === "fixed" ? root.clientHeight : Infinity;
  const around = clip || hostOf(document);
  return (
    within(clip && overflowX, left, right, edges.left, endX) &&
    within(clip && overflowY, top, bottom, edges.top, endY) &&
    (!around || once(memo, visible, around))
  );
}
