/** Walks over a page, through open shadow roots and frames of the same origin. */

import { bodyOf, childrenOf, documentOf, innerOf, is, parentOf } from "./dom";
import { isInteractive } from "./interactive";
import { UNSEEN } from "./css";

/**
 * Whether an element is a thing of its own on the page. Shapes inside a drawing and pieces of highlighted code are
 * not, unless they act.
 */
export const kept = (element: Element): boolean =>
  !is(element, UNSEEN + ",html") && (!is(element, "svg *,pre span,code span") || isInteractive(element));

/** The element of the outline that an element belongs to: itself, or the nearest around it. */
export function subject(element: Element): Element {
  const parent = parentOf(element);
  return kept(element) ? element : parent ? subject(parent) : bodyOf(documentOf(element)) || element;
}

/** Calls `visit` with each kept element under a node in document order: a host, its shadow tree, its children. */
export function walk(root: Node, visit: (element: Element) => void): void {
  for (const element of childrenOf(root)) {
    if (is(element, UNSEEN)) continue;
    if (kept(element)) visit(element);
    const inner = innerOf(element);
    if (inner) walk(inner, visit);
    walk(element, visit);
  }
}
