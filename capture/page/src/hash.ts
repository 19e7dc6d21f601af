/**
 * Keyed hashes of texts.
 *
 * `hash(text, seed)`: 32 bits; `seed = imul(seed ^ unit, 2654435761)` over the UTF-16 code units, then `mix`, the
 * finisher of MurmurHash3. `digest(text, key)`: hash(text, hash(key)) in base 36. It hides a text from a reader of the
 * log, not from someone who holds the key and guesses the text. 32 bits are enough to tell the texts of one page apart.
 */

/** 32 bits, unsigned. */
export function hash(text: string, seed = 0): number {
  for (let i = 0; i < text.length; i++) seed = Math.imul(seed ^ text.charCodeAt(i), 2654435761);
  return mix(seed);
}

/** The finisher of MurmurHash3. */
export function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 2246822507);
  value = Math.imul(value ^ (value >>> 13), 3266489909);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Keyed hash of a text; "" of no text. */
export const digest = (text: string, key: string): string => text && hash(text, hash(key)).toString(36);
