/**
 * The sketch of a set that changes little by little: `minhash` of ../minhash.ts, bit for bit, without looking at the whole
 * set again. What comes can only lower a minimum; of what goes, only those bits are found anew of which it was the minimum.
 */

import { least, lowestBits, seeds } from "../minhash";
import { mix } from "./parts";

/** Says what the sketch is now, given which hashes came or went since it was last asked, and all there are now. */
export type Sketching = (flipped: Set<number>, present: Map<number, unknown>) => string;

export function sketching(bits: number): Sketching {
  const held = new Set<number>();
  const minima = new Uint32Array(bits).fill(-1);
  const stale = new Set<number>();
  const seed = seeds(bits);

  function come(hash: number): void {
    for (let i = 0; i < bits; i++) {
      const value = mix(hash ^ seed[i]!);
      if (value < minima[i]!) minima[i] = value;
    }
  }

  function go(hash: number): void {
    for (let i = 0; i < bits; i++) if (mix(hash ^ seed[i]!) === minima[i]) stale.add(i);
  }

  return (flipped, present) => {
    for (const hash of flipped) {
      if (present.has(hash) === held.has(hash)) continue;
      if (held.delete(hash)) go(hash);
      else held.add(hash), come(hash);
    }
    flipped.clear();
    const all = stale.size ? Uint32Array.from(present.keys()) : undefined;
    for (const bit of stale) minima[bit] = least(all!, seed[bit]!);
    stale.clear();
    return present.size ? lowestBits(minima) : "";
  };
}
