/**
 * Keyed hashes and similarity sketches of texts.
 *
 * `hash(text, seed)`: 32 bits; `seed = imul(seed ^ unit, 2654435761)` over the UTF-16 code units, then `mix`, the
 * finisher of MurmurHash3. `digest(text, key)`: hash(text, hash(key)) in base 36. It hides a text from a reader of the
 * log, not from someone who holds the key and guesses the text. 32 bits are enough to tell the texts of one page apart.
 *
 * `minhash(items, bits)`: bit i is the lowest bit of min over items of mix(item ^ mix(i + 1)) (b-bit MinHash, Li and
 * Koenig 2010, b = 1). Bit i is bit i % 8 of byte floor(i / 8), least significant first; bytes as base64. Two sketches
 * with a share d of differing bits come from sets with a Jaccard similarity of about 1 - 2 d. No items give "".
 */

/** 32 bits, unsigned. */
export function hash(text: string, seed = 0): number {
  for (let i = 0; i < text.length; i++) seed = Math.imul(seed ^ text.charCodeAt(i), 2654435761);
  return mix(seed);
}

function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 2246822507);
  value = Math.imul(value ^ (value >>> 13), 3266489909);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Keyed hash of a text; "" of no text. */
export const digest = (text: string, key: string): string => text && hash(text, hash(key)).toString(36);

/** Sketch of a set of 32-bit hashes. */
export function minhash(items: Iterable<number>, bits: number): string {
  const known = Uint32Array.from(items);
  const bytes = new Uint8Array(known.length && bits / 8);
  for (let i = 0; i < 8 * bytes.length; i++) {
    const seed = mix(i + 1);
    let least = 2 ** 32;
    for (let j = 0; j < known.length; j++) {
      const value = mix(known[j]! ^ seed);
      if (value < least) least = value;
    }
    bytes[i >> 3]! |= (least & 1) << (i & 7);
  }
  return btoa(String.fromCharCode(...bytes));
}
