/**
 * Similarity sketches of sets.
 *
 * `minhash(items, bits)`: bit i is the lowest bit of min over items of mix(item ^ mix(i + 1)) (b-bit MinHash, Li and
 * Koenig 2010, b = 1). Bit i is bit i % 8 of byte floor(i / 8), least significant first; bytes as base64. Two sketches
 * with a share d of differing bits come from sets with a Jaccard similarity of about 1 - 2 d. No items give "".
 */

import { mix } from "./hash";

/** What the hashes are mixed with for each bit of a sketch. */
export const seeds = (bits: number): Uint32Array => Uint32Array.from({ length: bits }, (_, i) => mix(i + 1));

/** The lowest bits of these numbers, as they travel. */
export function lowestBits(numbers: Uint32Array): string {
  const bytes = new Uint8Array(numbers.length / 8);
  numbers.forEach((value, i) => (bytes[i >> 3]! |= (value & 1) << (i & 7)));
  return btoa(String.fromCharCode(...bytes));
}

/** The least that a bit's seed makes of any of these hashes. */
export function least(hashes: Uint32Array, seed: number): number {
  let found = 2 ** 32 - 1;
  for (let i = 0; i < hashes.length; i++) {
    const value = mix(hashes[i]! ^ seed);
    if (value < found) found = value;
  }
  return found;
}

/** Sketch of a set of 32-bit hashes. */
export function minhash(items: Iterable<number>, bits: number): string {
  const hashes = Uint32Array.from(items);
  return lowestBits(seeds(hashes.length && bits).map((seed) => least(hashes, seed)));
}
