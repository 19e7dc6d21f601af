/** Names: what a person, or a screen reader, would call an element. Never what somebody typed. */

import { all, attr, is, kindOf, nodesIn, once, rootOf, tagOf, type Memo } from "./dom";
import { FIELD, MASKED, UNSEEN } from "./css";
import { ACTING } from "./interactive";

const LIMIT = 120;
// Icons, arrows, emoji and other signs, white space, quotes that serve as arrows, permalink marks.
const DECORATION = /([^\p{L}\p{M}\p{N}\p{P}\p{Sc}+]|[«»‹›¶])+/gu;


/** Text with white space folded and decoration gone, at most 120 characters; "" when only punctuation is left. */
export function fold(text: string): string {
  const words = text.replace(DECORATION, " ").trim();
  return /[\p{L}\p{N}+]/u.test(words) ? words.slice(0, LIMIT).trim() : "";
}

const mute = (element: Element): boolean =>
  is(element, FIELD + "," + UNSEEN + ",[aria-hidden=true]," + MASKED) || (element as HTMLElement).isContentEditable;

/** The text inside an element, pictures by their `alt`, without scripts, fields, and what is hidden from readers. */
const words = (element: Element): string =>
  mute(element)
    ? ""
    : nodesIn(element)
        .map((node) => {
          if (kindOf(node) !== 1) return kindOf(node) === 3 ? node.nodeValue : "";
          const inner = attr(node as Element, "alt") || words(node as Element);
          return /^(b|em|i|mark|strong|su.)$/.test(tagOf(node as Element)) ? inner : ` ${inner} `;
        })
        .join("");

/** All text inside an element, folded. */
export const content = (element: Element): string => fold(words(element));

/** The element's own text nodes, folded. */
export function ownText(element: Element): string {
  const text = fold(nodesIn(element).map((node) => (kindOf(node) === 3 ? node.nodeValue : " ")).join(""));
  return text && !mute(element) ? text : "";
}

/** Text of the labels of a field. */
export function label(element: Element): string {
  const labels = is(element, FIELD) && (element as HTMLInputElement).labels;
  return labels ? fold([...labels].map(content).join(" ")) : "";
}

/** Accessible name in the order of https://www.w3.org/TR/accname-1.2/, simplified. */
export function name(element: Element, memo: Memo): string {
  if (is(element, MASKED)) return "";
  const candidates = [
    attr(element, "aria-labelledby").replace(/[^\s"\\]+/g, (id) => all(rootOf(element), `[id="${id}"]`).map(content).join()),
    attr(element, "aria-label"),
    label(element),
    attr(element, "alt"),
    once(memo, ownText, element) || is(element, ACTING + ",h1,h2,h3,h4,h5,h6,svg") ? once(memo, content, element) : "",
    is(element, "[type=submit],[type=button],[type=reset]") ? attr(element, "value") : "",
    attr(element, "title"),
    attr(element, "placeholder"),
  ];
  return candidates.map(fold).find((text) => text) || "";
}
