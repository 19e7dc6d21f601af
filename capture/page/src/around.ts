/** What is around an element: its place in a repeated group, and the names near it. */

import { all, attr, childrenOf, nextOf, once, parentNode, parentOf, previousOf, tagOf, kindOf, type Memo } from "./dom";
import { content, fold, name } from "./name";
import { stableClasses } from "./stable";

const LEVELS = 6;
const HEADINGS = "h1,h2,h3,h4,h5,h6,legend,caption,figcaption,[role=heading]";

/** Siblings are structurally equal when tag, first stable class and tag of the first child agree. */
function shape(element: Element): string {
  const [first] = childrenOf(element);
  return [tagOf(element), stableClasses(attr(element, "class"))[0], first && tagOf(first)].join();
}

/** Place of each child in its group of structurally equal siblings, and the size of that group. */
function places(parent: Node, memo: Memo): Map<Element, [index: number, size: number]> {
  const groups = new Map<string, Element[]>();
  for (const child of childrenOf(parent)) {
    const key = once(memo, shape, child);
    groups.set(key, [...(groups.get(key) || []), child]);
  }
  const found = new Map<Element, [number, number]>();
  for (const group of groups.values()) group.forEach((child, index) => found.set(child, [index, group.length]));
  return found;
}

/** Place in the group of the nearest repeated ancestor-or-self, looking up a few levels; [0, 1] when alone. */
export function group(element: Element, memo: Memo): [index: number, size: number] {
  let member: Node | null = element;
  for (let level = 0; level < LEVELS && member && kindOf(member) === 1; level++) {
    const parent: Node | null = parentNode(member);
    const place = parent && once(memo, places, parent).get(member as Element);
    if (place && place[1] > 1) return place;
    member = parent;
  }
  return [0, 1];
}

const heading = (element: Element, memo: Memo): string => {
  const [first] = all(element, HEADINGS);
  return fold(attr(element, "aria-label")) || (first ? once(memo, content, first) : "");
};

/** Names of the neighbours, then of the headings and labels above, nearest first, at most four. */
export function near(element: Element, memo: Memo): string[] {
  const found = new Set<string>();
  for (const other of [previousOf(element), nextOf(element)]) if (other) found.add(once(memo, content, other));
  let above = parentOf(element);
  for (; above && found.size < 6 && !/^(body|main|html)$/.test(tagOf(above)); above = parentOf(above)) found.add(once(memo, heading, above));
  found.delete("");
  found.delete(once(memo, name, element));
  return [...found].slice(0, 4);
}
