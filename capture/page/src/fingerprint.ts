/** What identifies an element to another page. Both ends compute it with this function, so that they say the same. */

import { group, near } from "./around";
import { attr, documentOf, once, tagOf, type Memo } from "./dom";
import { digest, hash, minhash } from "./hash";
import { label, name, ownText } from "./name";
import { landmark, role, typeOf } from "./role";
import { selector, testId } from "./selector";
import { cleanHref, cleanSrc, stable, stableClasses } from "./stable";
import type { Fingerprint, SealedFingerprint } from "./types";

/** The fingerprint of an element. A memo may be shared between calls as long as the page stands still. */
export function fingerprint(element: Element, memo: Memo = new Map()): Fingerprint {
  const test = testId(element);
  const [groupIndex, groupSize] = group(element, memo);
  return {
    selector: once(memo, selector, element),
    tag: tagOf(element),
    id: stable(attr(element, "id")),
    testid: test ? test[1] : "",
    type: typeOf(element),
    field: stable(attr(element, "name")),
    role: once(memo, role, element),
    name: once(memo, name, element),
    text: once(memo, ownText, element),
    label: label(element),
    href: cleanHref(attr(element, "href"), documentOf(element).baseURI),
    src: cleanSrc(attr(element, "data-src") || attr(element, "src")),
    classes: stableClasses(attr(element, "class")),
    landmark: once(memo, landmark, element),
    groupIndex,
    groupSize,
    near: near(element, memo),
  };
}

const NAME_BITS = 64;

/** Sketch of a name from its trigrams in small letters, digits as 0: reworded names stay comparable unread. */
export function nameSketch(text: string, key: string): string {
  const seed = hash(key);
  const plain = text && ` ${text.toLowerCase().replace(/\d/g, "0")} `;
  const grams = new Set<number>();
  for (let i = 0; i + 3 <= plain.length; i++) grams.add(hash(plain.slice(i, i + 3), seed)[0]);
  return minhash(grams, NAME_BITS);
}

/** The fingerprint as it travels: texts as keyed hashes, and a sketch of the name. */
export function seal(print: Fingerprint, key: string): SealedFingerprint {
  const { name, text, label, near, ...rest } = print;
  return {
    ...rest,
    nameHash: digest(name || label, key),
    nameSketch: nameSketch(name || label, key),
    textHash: digest(text, key),
    nearHashes: near.map((word) => digest(word, key)),
  };
}
