/**
 * Selectors that find one element and no other, and the way back.
 *
 * `#id` when the id is unique in its tree and looks stable, else a unique test id, else the nearest such ancestor
 * (or body) and child steps `tag:nth-of-type(n)` from there. Into a shadow root: ` >>> :host > ...`; into a frame of
 * the same origin: ` >>> body > ...`. Each part is plain CSS for `querySelectorAll` in its tree.
 */

import {
  all, attr, hostOf, innerOf, is, kindOf, once, parentNode, previousOf, rootOf, tagOf, type Memo,
} from "./dom";
import { stable } from "./stable";

const TEST_IDS = ["data-testid", "data-test", "data-cy", "data-qa"];

/** The first test id that looks stable, or "". */
export const testId = (element: Element): string =>
  TEST_IDS.map((attribute) => stable(attr(element, attribute))).find((value) => value) || "";

/** The places that are known. */
const places = (): WeakMap<Node, number> => new WeakMap();

/** Place among the siblings of the same tag, from 1: counted back to one that is known. */
export function nth(element: Element, memo: Memo): number {
  const known = once(memo, places, document);
  let place = 1;
  for (let at = previousOf(element); at; at = previousOf(at)) {
    if (tagOf(at) !== tagOf(element)) continue;
    const before = known.get(at);
    place += before || 1;
    if (before) break;
  }
  known.set(element, place);
  return place;
}

const tag = (element: Element): string => tagOf(element).replace(/[^\w-]/g, "\\$&");

/** A selector that needs no ancestor: id, test id, or the root and body of a document. */
function anchor(element: Element): string {
  for (const attribute of ["id", ...TEST_IDS]) {
    const value = stable(attr(element, attribute));
    const css = attribute === "id" ? "#" + value : `[${attribute}=${value}]`;
    if (value && all(rootOf(element), css).length === 1) return css;
  }
  return is(element, ":root,:root>body") ? tag(element) : "";
}

/** The selector of an element from the top document. */
export function selector(element: Element, memo: Memo = new Map()): string {
  const parent = parentNode(element);
  const found = anchor(element);
  const step = found || `${tag(element)}:nth-of-type(${nth(element, memo)})`;
  if (!found && parent && kindOf(parent) === 1) return once(memo, selector, parent as Element) + " > " + step;
  const host = hostOf(rootOf(element));
  return (host ? once(memo, selector, host) + " >>> " : "") + (found || ":host > " + step);
}

/** The element that a selector finds, or null. */
export function resolve(path: string, root: Node = document): Element | null {
  const [first, ...rest] = path.split(" >>> ");
  const found = all(root, first!)[0];
  if (!found || !rest.length) return found || null;
  const inner = innerOf(found);
  return inner && resolve(rest.join(" >>> "), inner);
}
