/**
 * Selectors that find one element and no other, and the way back.
 *
 * `#id` when the id is unique in its tree and looks stable, else a unique test id, else the nearest such ancestor
 * (or body) and child steps `tag:nth-of-type(n)` from there. Into a shadow root: ` >>> :host > ...`; into a frame of
 * the same origin: ` >>> body > ...`. Each part is plain CSS for `querySelectorAll` in its tree.
 */

import {
  all, attr, bodyOf, documentOf, framed, hostOf, kindOf, once, parentNode, previousOf, rootOf, shadowOf, tagOf, type Memo,
} from "./dom";
import { stable } from "./stable";

const TEST_IDS = ["data-testid", "data-test", "data-cy", "data-qa"];

/** The first test id there is and the attribute that says it, or nothing. */
export const testId = (element: Element): [attribute: string, value: string] | undefined =>
  TEST_IDS.map((attribute): [string, string] => [attribute, stable(attr(element, attribute))]).find(([, value]) => value);

/** Place among the siblings of the same tag, from 1. */
export function nth(element: Element): number {
  let count = 1;
  for (let other = previousOf(element); other; other = previousOf(other)) if (tagOf(other) === tagOf(element)) count++;
  return count;
}

function short(element: Element): string | undefined {
  const id = stable(attr(element, "id"));
  const test = testId(element);
  return [id && "#" + id, test && `[${test[0]}="${test[1]}"]`].find(
    (css) => css && all(rootOf(element), css).length === 1,
  ) as string | undefined;
}

const tag = (element: Element): string => tagOf(element).replace(/[^\w-]/g, "\\$&");

/** The selector of an element from the top document. */
export function selector(element: Element, memo: Memo = new Map()): string {
  const parent = parentNode(element);
  const kind = parent ? kindOf(parent) : 0;
  const found = short(element) || (kind === 9 || element === bodyOf(documentOf(element)) ? tag(element) : "");
  if (found) return entry(element, memo) + found;
  const step = `${tag(element)}:nth-of-type(${nth(element)})`;
  return kind === 1 ? once(memo, selector, parent as Element) + " > " + step : entry(element, memo) + ":host > " + step;
}

/** What leads into the tree that an element is in: "" or a selector that ends in " >>> ". */
function entry(element: Element, memo: Memo): string {
  const host = hostOf(rootOf(element));
  return host ? once(memo, selector, host) + " >>> " : "";
}

/** The element that a selector finds, or null. */
export function resolve(path: string, root: Node = document): Element | null {
  const [first, ...rest] = path.split(" >>> ");
  const found = all(root, first!)[0];
  if (!found || !rest.length) return found || null;
  const inner = shadowOf(found) || framed(found);
  return inner && resolve(rest.join(" >>> "), inner);
}
