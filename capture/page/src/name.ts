/** Names: what a person, or a screen reader, would call an element. Never what somebody typed. */

import { all, attr, is, kindOf, nodesIn, once, rootOf, tagOf, type Memo } from "./dom";
import { role, typeOf } from "./role";

const LIMIT = 120;
// Icon fonts (private use), arrows, technical signs, shapes and dingbats, quotes used as arrows, permalink marks.
const GLYPHS = /[\ue000-\uf8ff\u2190-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f«»‹›¶×…]/g;
const MUTE = /^(script|style|noscript|template|select|textarea|input|iframe|object|video|audio|canvas)$/;
const JOINED = /^(b|em|font|i|mark|strong|su[bp]|u)$/;
const FROM_CONTENT = /^(button|link|heading|tab|option|menuitem\w*|checkbox|radio|switch|treeitem|cell|columnheader|rowheader|tooltip|listitem)$/;

/** Text with white space folded and decoration gone, at most 120 characters; "" when only punctuation is left. */
export function fold(text: string): string {
  const words = text.replace(GLYPHS, " ").replace(/\s+/g, " ").trim();
  return /^[\s.,:;|·•_–—]*$/.test(words) ? "" : words.slice(0, LIMIT).trim();
}

const editable = (element: Element): boolean => is(element, "[contenteditable]:not([contenteditable=false])");

/** The text inside a node, images by their `alt`, without scripts, controls, and what is hidden from readers. */
function words(node: Node, room = 2 * LIMIT): string {
  let text = "";
  for (const child of nodesIn(node)) {
    if (text.length > room) break;
    const kind = kindOf(child);
    if (kind === 3) text += child.nodeValue;
    if (kind !== 1) continue;
    const element = child as Node as Element;
    const tag = tagOf(element);
    if (MUTE.test(tag) || attr(element, "aria-hidden") === "true" || editable(element)) continue;
    const gap = JOINED.test(tag) ? "" : " ";
    text += gap + (tag === "img" ? attr(element, "alt") : words(element, room - text.length)) + gap;
  }
  return text;
}

/** All text inside an element, folded. */
export const content = (element: Element): string =>
  MUTE.test(tagOf(element)) || editable(element) ? "" : fold(words(element));

/** The element's own text nodes, folded. */
export const ownText = (element: Element): string =>
  MUTE.test(tagOf(element)) || editable(element)
    ? ""
    : fold(nodesIn(element).map((node) => (kindOf(node) === 3 ? node.nodeValue : " ")).join(""));

const named = (element: Element, ids: string): string => {
  const root = rootOf(element) as Document;
  return fold(ids.split(/\s+/).map((id) => (id && root.getElementById(id)) || null).map((e) => (e ? content(e) : "")).join(" "));
};

/** Text of the labels of a control. */
export function label(element: Element): string {
  const { labels } = element as HTMLInputElement;
  return /^(input|select|textarea|meter|output|progress)$/.test(tagOf(element)) && labels
    ? fold([...labels].map(content).join(" "))
    : "";
}

/** Accessible name in the order of https://www.w3.org/TR/accname-1.2/, simplified. */
export function name(element: Element, memo: Memo): string {
  const tag = tagOf(element);
  const push = tag === "input" && /^(submit|button|reset)$/.test(typeOf(element));
  return (
    named(element, attr(element, "aria-labelledby")) ||
    fold(attr(element, "aria-label")) ||
    label(element) ||
    fold(attr(element, "alt")) ||
    (push && fold(attr(element, "value"))) ||
    (FROM_CONTENT.test(once(memo, role, element)) || once(memo, ownText, element) ? once(memo, content, element) : "") ||
    (tag === "svg" && all(element, "title").map(content)[0]) ||
    fold(attr(element, "title")) ||
    fold(attr(element, "placeholder"))
  );
}
