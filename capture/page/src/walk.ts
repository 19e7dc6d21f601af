/** Walks over a page, through open shadow roots and frames of the same origin. */

import { bodyOf, childrenOf, framed, kindOf, parentOf, shadowOf, tagOf, up } from "./dom";
import { isInteractive } from "./interactive";

const SKIPPED = /^(head|script|style|noscript|template|link|meta|title|base|source|track|param|br|wbr|option|optgroup|map|area|datalist|col|colgroup|frameset)$/;

/**
 * Whether an element is a thing of its own on the page. Shapes inside a drawing and pieces of highlighted code are
 * not, unless they act.
 */
function kept(element: Element): boolean {
  const tag = tagOf(element);
  if (SKIPPED.test(tag)) return false;
  const piece = (element as SVGElement).ownerSVGElement || (tag === "span" && up(element, "pre,code"));
  return !piece || isInteractive(element);
}

/** The element of the outline that an element belongs to: itself, or the nearest around it. */
export function subject(element: Element): Element {
  const parent = parentOf(element);
  return !parent || kept(element) ? element : subject(parent);
}

/** Calls `visit` with each kept element in document order, a host before its shadow tree before its children. */
export function walk(root: Node, visit: (element: Element) => void): void {
  const tops = kindOf(root) === 9 ? [bodyOf(root) || (root as Document).documentElement] : childrenOf(root);
  for (const element of tops) {
    if (!element || (kindOf(root) !== 9 && SKIPPED.test(tagOf(element)))) continue;
    if (kindOf(root) === 9 || kept(element)) visit(element);
    const inner = shadowOf(element) || framed(element);
    if (inner) walk(inner, visit);
    walk(element, visit);
  }
}
