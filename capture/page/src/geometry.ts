/** Where elements are, and whether one can see them. Lengths are CSS px. */

import { documentOf, hostOf, once, parentOf, rectOf, styleOf, tagOf, type Memo } from "./dom";

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
  const frame = hostOf(documentOf(element)) as HTMLElement | null;
  if (frame) {
    const [x, y, outerWidth] = once(memo, box, frame);
    const scale = outerWidth / frame.offsetWidth || 1;
    return [x + (frame.clientLeft + left) * scale, y + (frame.clientTop + top) * scale, width * scale, height * scale];
  }
  const moves = once(memo, position, element) === "fixed" ? 0 : 1;
  return [left + moves * scrollX, top + moves * scrollY, width, height];
}

/** The nearest ancestor, short of the body, that clips an element; null when none does. */
function clipper(element: Element, memo: Memo): Element | null {
  const { position } = styleOf(element);
  let around = position === "fixed" ? null : parentOf(element);
  while (position === "absolute" && around && styleOf(around).position === "static") around = parentOf(around);
  if (!around || /^(body|html|i?frame)$/.test(tagOf(around))) return null;
  return styleOf(around).overflow === "visible" ? once(memo, clipper, around) : around;
}

/** Whether a span lies outside of another, with no way to scroll it in. */
const apart = (overflow: string, from: number, to: number, start: number, end: number): boolean =>
  (to <= start || from >= end) && !/auto|scroll/.test(overflow);

/**
 * Whether a person can see an element now, or by scrolling: rendered, not transparent, more than a pixel, not clipped
 * away, not off the page to the left, right or top.
 */
export function visible(element: Element, memo: Memo): boolean {
  const { left, top, right, bottom, width, height } = rectOf(element);
  const { documentElement: root, defaultView: view } = documentOf(element);
  const clip = once(memo, clipper, element) || root;
  const { overflowX, overflowY } = styleOf(clip);
  const edges = rectOf(clip);
  const around = clip === root ? hostOf(documentOf(element)) : clip;
  if (element.checkVisibility && !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
  return (
    width * height > 1 &&
    !apart(overflowX, left, right, edges.left, clip === root ? root.scrollWidth - view!.scrollX : edges.right) &&
    !apart(overflowY, top, bottom, edges.top, clip === root ? Infinity : edges.bottom) &&
    (!around || once(memo, visible, around))
  );
}
