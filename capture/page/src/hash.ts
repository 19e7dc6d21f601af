/**
 * Keyed hashes and similarity sketches of texts.
 *
 * `digest(text, key)` in any language: two 32-bit lanes over UTF-16 code units, started from the lanes of the key
 * (cyrb53, https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js, public domain), 53 bits in base 36.
 * It hides a text from a reader of the log, not from someone who holds the key and guesses the text.
 *
 * `minhash(items, bits)`: bit i is the lowest bit of min over items of mix(item ^ seed_i) (b-bit MinHash, Li and
 * Koenig 2010, b = 1). Bit i is bit (i % 8) of byte floor(i / 8), least significant first; bytes as base64.
 * Two sketches with a share d of differing bits come from sets with a Jaccard similarity of about 1 - 2 d.
 * No items give "".
 */

/** Two unsigned 32-bit lanes. */
export type Lanes = readonly [number, number];

export function hash(text: string, seed: Lanes = [1, 2]): Lanes {
  let a = seed[0];
  let b = seed[1];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  return [mix(a), mix(a ^ b)];
}

function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 2246822507);
  value = Math.imul(value ^ (value >>> 13), 3266489909);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Keyed hash of a text, 53 bits in base 36; "" of no text. */
export function digest(text: string, key: string): string {
  if (!text) return "";
  const [a, b] = hash(text, hash(key));
  return (2 ** 32 * (b & 0x1fffff) + a).toString(36);
}

/** Sketch of a set of 32-bit hashes. */
export function minhash(items: Set<number>, bits: number): string {
  if (!items.size) return "";
  const values = [...items];
  const bytes = new Uint8Array(bits / 8);
  for (let i = 0; i < bits; i++) {
    const seed = mix(i + 1);
    let least = 2 ** 32;
    for (const value of values) {
      const mixed = mix(value ^ seed);
      if (mixed < least) least = mixed;
    }
    bytes[i >> 3]! |= (least & 1) << (i & 7);
  }
  return btoa(String.fromCharCode(...bytes));
}
