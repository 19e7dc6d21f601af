/** Where elements are, and whether one can see them. Lengths are CSS px; the top document's page unless said otherwise. */

import { hostOf, documentOf, once, parentNode, parentOf, rectOf, styleOf, tagOf, type Memo } from "./dom";

/** left, top, right, bottom. */
export type Region = readonly [number, number, number, number];



const cut = (a: Region, b: Region): Region => [
  Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3]),
];
const empty = (region: Region): boolean => region[2] <= region[0] || region[3] <= region[1];

/** The rectangle of an element in the viewport of its own document. */
const local = (element: Element): Region => {
  const { left, top, right, bottom } = rectOf(element);
  return [left, top, right, bottom];
};

/** Nearest of itself and its ancestors that is fixed or sticky says how it sticks. */
export function position(element: Element, memo: Memo): "" | "fixed" | "sticky" {
  const own = styleOf(element).position;
  if (own === "fixed" || own === "sticky") return own;
  const parent = parentOf(element);
  return parent ? once(memo, position, parent) : "";
}

/** Offset and scale from the viewport of a document to that of the top document: [x, y, scale x, scale y]. */
function frameOffset(root: Node, memo: Memo): readonly [number, number, number, number] {
  const frame = hostOf(root) as HTMLElement | null;
  if (!frame) return [0, 0, 1, 1];
  const [x, y, sx, sy] = once(memo, frameOffset, documentOf(frame));
  const { left, top, width, height } = rectOf(frame);
  const style = styleOf(frame);
  const kx = sx * (width / frame.offsetWidth || 1);
  const ky = sy * (height / frame.offsetHeight || 1);
  return [
    x + left * sx + (frame.clientLeft + parseFloat(style.paddingLeft)) * kx,
    y + top * sy + (frame.clientTop + parseFloat(style.paddingTop)) * ky,
    kx,
    ky,
  ];
}

/**
 * x, y, width and height of an element in page coordinates. Fixed elements are where they are at scroll 0; sticky ones
 * where they are now.
 */
export function box(element: Element, memo: Memo = new Map()): [number, number, number, number] {
  const { left, top, width, height } = rectOf(element);
  const [x, y, sx, sy] = once(memo, frameOffset, documentOf(element));
  const stays = once(memo, position, outermost(element)) === "fixed";
  return [
    x + left * sx + (stays ? 0 : scrollX),
    y + top * sy + (stays ? 0 : scrollY),
    width * sx,
    height * sy,
  ];
}

/** The element of the top document that holds an element: itself, or the frame it is in. */
function outermost(element: Element): Element {
  const frame = hostOf(documentOf(element));
  return frame ? outermost(frame) : element;
}

/** What a person can bring into view of a document's page: not left of it, above it, or where it does not scroll. */
function page(document: Node, _memo: Memo): Region {
  const root = (document as Document).documentElement;
  const view = (document as Document).defaultView!;
  const body = (document as Document).body;
  const held = [root, body].some((element) => element && /hidden|clip/.test(styleOf(element).overflowX));
  const width = held ? root.clientWidth : root.scrollWidth;
  return [-view.scrollX, -view.scrollY, width - view.scrollX, 1e9];
}

/** Holds absolutely placed descendants. */
const holds = (style: CSSStyleDeclaration): boolean => style.position !== "static" || style.transform !== "none";

/** The part of the viewport in which an element may appear: what its ancestors do not clip away. */
function allowed(element: Element, memo: Memo): Region {
  const document = documentOf(element);
  const { position } = styleOf(element);
  if (position === "fixed") return [0, 0, document.defaultView!.innerWidth, document.defaultView!.innerHeight];
  let around = parentNode(element) && parentOf(element);
  if (position === "absolute") while (around && documentOf(around) === document && !holds(styleOf(around))) around = parentOf(around);
  return around && documentOf(around) === document ? once(memo, inside, around) : once(memo, page, document);
}

/** The part of the viewport in which the content of an element may appear. What a scroller holds can be reached. */
function inside(element: Element, memo: Memo): Region {
  const region = once(memo, allowed, element);
  const { overflowX, overflowY } = styleOf(element);
  if ((overflowX === "visible" && overflowY === "visible") || /^(html|body)$/.test(tagOf(element))) return region;
  const own = cut(region, local(element));
  if (empty(own)) return own;
  const along = (overflow: string, axis: 0 | 1): [number, number] =>
    /auto|scroll/.test(overflow) ? [-1e9, 1e9] : overflow === "visible" ? [region[axis], region[axis + 2]!] : [own[axis], own[axis + 2]!];
  const [left, right] = along(overflowX, 0);
  const [top, bottom] = along(overflowY, 1);
  return [left, top, right, bottom];
}

/**
 * Whether a person can see an element now, or by scrolling: rendered, not transparent, more than a pixel, not clipped
 * away by an ancestor, not off the page.
 */
export function visible(element: Element, memo: Memo): boolean {
  const own = local(element);
  if ((own[2] - own[0]) * (own[3] - own[1]) <= 1) return false;
  if (!rendered(element) || empty(cut(own, once(memo, allowed, element)))) return false;
  const frame = hostOf(documentOf(element));
  return !frame || once(memo, visible, frame);
}

function rendered(element: Element): boolean {
  if (!element.checkVisibility) return styleOf(element).visibility === "visible" && styleOf(element).opacity !== "0";
  return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true, opacityProperty: true, visibilityProperty: true });
}
