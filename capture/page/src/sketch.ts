/**
 * A small digest of what can be seen now. Two browsers that see the same state give nearly the same sketch.
 *
 * Format: base64 of 128 bytes, 1024 bits of `minhash` (see hash.ts) over the visible leaves. A leaf is an element with
 * text of its own, a picture with a name, or a control, together with the nearest ancestor that has an id: panels with
 * the same text are not the same. With a share d of differing bits, about 1 - 2 d of the leaves are shared. In numpy:
 *
 *     bits = np.unpackbits(np.frombuffer(base64.b64decode(sketch), np.uint8))
 *     similarity = max(0.0, 1.0 - 2.0 * np.mean(bits_a != bits_b))
 *
 * Not keyed: 1024 bits of minima over a whole page tell no text. Digits count as 0, so that clocks and counters do not
 * matter; nothing typed, scrolled or still loading does.
 */

import { FIELD } from "./css";
import { all, attr, is, once, parentOf, rootsIn, tagOf, type Memo } from "./dom";
import { visible } from "./geometry";
import { hash } from "./hash";
import { minhash } from "./minhash";
import { ownText } from "./name";
import { stable } from "./stable";
import { kept } from "./walk";

export const BITS = 1024;

/** The nearest id, its own or of an ancestor. */
function place(element: Element, memo: Memo): string {
  const parent = parentOf(element);
  return stable(attr(element, "id")) || (parent ? once(memo, place, parent) : "");
}

/** The hash of a leaf, seen or not; 0 for any other element. */
export function imprint(element: Element, memo: Memo): number {
  const text = ownText(element) || attr(element, "alt") || (is(element, FIELD) && attr(element, "name"));
  return text && kept(element) ? hash(once(memo, place, element) + tagOf(element) + text.replace(/\d+/g, "0")) : 0;
}

/** The hash of a leaf that can be seen; 0 for any other element. */
const leaf = (element: Element, memo: Memo): number => {
  const found = imprint(element, memo);
  return found && once(memo, visible, element) ? found : 0;
};

/** The sketch of what can be seen in a document. */
export function sketch(document: Document, memo: Memo = new Map()): string {
  const leaves = new Set(rootsIn(document).flatMap((root) => all(root, "*").map((element) => leaf(element, memo))));
  leaves.delete(0);
  return minhash(leaves, BITS);
}

/** Similarity of two sketches: 1 the same state, 0 nothing shared. */
export function compareSketches(a: string, b: string): number {
  if (a === b) return 1;
  const [x, y] = [atob(a), atob(b)];
  if (x.length !== y.length) return 0;
  let differing = 0;
  for (let i = 0; i < x.length; i++) {
    for (let bits = x.charCodeAt(i) ^ y.charCodeAt(i); bits; bits &= bits - 1) differing++;
  }
  return Math.max(0, 1 - (2 * differing) / (8 * x.length));
}
