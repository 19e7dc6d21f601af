/** What identifies an element to another page. Both ends compute it with this function, so that they say the same. */

import { attr, documentOf, once, tagOf, type Memo } from "./dom";
import { digest, hash } from "./hash";
import { minhash } from "./minhash";
import { label, name, ownText } from "./name";
import { selector, testId } from "./selector";
import { cleanAddress, stable } from "./stable";
import type { Fingerprint, SealedFingerprint } from "./types";

/** The fingerprint of an element, but for its label. A memo may be shared between calls while the page stands still. */
export function print(element: Element, memo: Memo): Omit<Fingerprint, "label"> {
  const address = (value: string): string => value && cleanAddress(value, documentOf(element).baseURI);
  return {
    selector: once(memo, selector, element),
    tag: tagOf(element),
    id: stable(attr(element, "id")),
    testid: testId(element),
    type: attr(element, "type"),
    field: stable(attr(element, "name")),
    role: attr(element, "role"),
    name: once(memo, name, element),
    text: once(memo, ownText, element),
    href: address(attr(element, "href")),
    src: address(attr(element, "data-src") || attr(element, "src")).split("/").pop()!,
  };
}

/** The fingerprint of an element. */
export const fingerprint = (element: Element, memo: Memo = new Map()): Fingerprint => ({
  ...print(element, memo),
  label: label(element),
});

const NAME_BITS = 64;

/** Sketch of a name from its trigrams in small letters, digits as 0: reworded names stay comparable unread. */
export function nameSketch(text: string, key: string): string {
  const plain = text && ` ${text.toLowerCase().replace(/\d/g, "0")} `;
  const grams = new Set<number>();
  for (let i = 3; i <= plain.length; i++) grams.add(hash(key + plain.slice(i - 3, i)));
  return minhash(grams, NAME_BITS);
}

/** The fingerprint as it travels: texts as keyed hashes, and a sketch of the name. */
export function seal({ name, text, label, ...rest }: Fingerprint, key: string): SealedFingerprint {
  return { ...rest, nameHash: digest(name, key), nameSketch: nameSketch(name, key), textHash: digest(text, key) };
}
