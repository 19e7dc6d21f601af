/** What an outline adds to a fingerprint: class tokens, the place in a repeated group, and the names near it. */

import { all, attr, childrenOf, nextOf, once, parentNode, parentOf, previousOf, tagOf, type Memo } from "./dom";
import { content, fold, name } from "./name";
import { stable } from "./stable";

const STATE =
  /^(is|has|slick|owl)-|^(in|on|off|shown?|active|open|hidden|visible|selected|current|closed|checked|disabled)$/;
const TRANSITION = /^(fade|collaps|expand|load|lazy|hover|focus|animat)/;

/** Class tokens that a person seems to have given and that do not say a state, at most eight. */
export const classes = (element: Element): string[] =>
  attr(element, "class")
    .split(/\s+/)
    .filter((token) => stable(token) && !STATE.test(token) && !TRANSITION.test(token))
    .slice(0, 8);

/** Siblings are structurally equal when tag, first stable class and tag of the first child agree. */
function shape(element: Element): string {
  const [first] = childrenOf(element);
  return [tagOf(element), classes(element)[0], first && tagOf(first)].join();
}

/** The groups of structurally equal children of a node: each child's place and its group. */
function groups(parent: Node): Map<Element, [index: number, equal: Element[]]> {
  const alike = new Map<string, Element[]>();
  return new Map(
    childrenOf(parent).map((child) => {
      const own = shape(child);
      const equal = alike.get(own) || [];
      alike.set(own, equal);
      return [child, [equal.push(child) - 1, equal]];
    }),
  );
}

/** Place in the group of structurally equal siblings, its own or of the nearest ancestor that has one; [0, 1] if none. */
export function group(element: Element, memo: Memo): [index: number, size: number] {
  const [index, equal] = once(memo, groups, parentNode(element)!).get(element)!;
  if (equal.length > 1) return [index, equal.length];
  const around = parentOf(element);
  return around ? once(memo, group, around) : [0, 1];
}

function heading(element: Element, memo: Memo): string {
  const [first] = all(element, "h1,h2,h3,h4,h5,h6,legend,caption,[role=heading]");
  return fold(attr(element, "aria-label")) || (first ? once(memo, content, first) : "");
}

/** Names of the neighbours, then of the headings above inside the landmark, nearest first, at most four. */
export function near(element: Element, memo: Memo): string[] {
  const beside = [previousOf(element), nextOf(element)].map((other) => (other ? once(memo, content, other) : ""));
  const found = new Set(beside);
  let above = parentOf(element);
  for (; above && !/^(html|body|main)$/.test(tagOf(above)); above = parentOf(above)) found.add(once(memo, heading, above));
  return [...found].filter((text) => text && text !== once(memo, name, element)).slice(0, 4);
}
