/**
 * What follows a click, watched from the moment of pressing on, because some pages act then. One that is followed by
 * nothing within the bound is reported with no kind at all; one whose page was left before is not reported, unless
 * leaving is what followed.
 */

import type { Pressed } from "../recorder/pointer";
import { add, later, now } from "./parts";

const enum Bound { Ms = 2500 }

/**
 * A page that changes by itself answers nobody. A node that did so three times of late, while nobody did anything,
 * counts only when it had been still and changed at once.
 */
const enum Noise { AloneMs = 500, LateMs = 60000, StillMs = 200, AtOnceMs = 50 }

/** Letters of `EFFECTS` in core/rowdata.py. */
export type Kind = "m" | "n" | "s" | "f" | "t" | "w" | "i" | "c" | "d" | "p";

/** Presses of which something may still follow: what has, in the order of coming, and after how many milliseconds. */
const watched = new Map<Pressed, { kinds: string; ms: number }>();
let seen: Pressed | undefined;

/** When the visitor last did anything, and last pressed or clicked. */
let active = 0;
let struck = 0;

export const act = (): unknown => (active = now());

/** Something was pressed or clicked: whatever follows may be due to it. */
export function strike(press: Pressed | undefined): void {
  if (!press) return;
  struck = now();
  if (press === seen) return;
  watched.set((seen = press), { kinds: "", ms: 0 });
  later(() => report(press), Bound.Ms);
}

/** Something happened that a press may have caused. */
export function notice(kind: Kind): void {
  for (const [press, answer] of watched) {
    if (!answer.kinds) answer.ms = now() - press.t;
    if (!answer.kinds.includes(kind)) answer.kinds += kind;
  }
}

/** When nodes changed by themselves, the last three times. */
const noise = new WeakMap<Node, number[]>();

/** The page was changed: is it an answer? */
export function changes(records: MutationRecord[]): void {
  const t = now();
  const alone = t - active > Noise.AloneMs && !watched.size;
  for (const { target } of records) {
    const [last, second, third] = noise.get(target) || [];
    const noisy = t - third! < Noise.LateMs;
    if (!noisy || (t - struck < Noise.AtOnceMs && t - last! > Noise.StillMs)) notice("m");
    if (last !== t && (alone || noisy)) noise.set(target, [t, last!, second!]);
  }
}

function report(press: Pressed): void {
  const { kinds, ms } = watched.get(press) || {};
  if (watched.delete(press) && press.click! >= 0) add("x", [press.click, kinds, ms]);
}

/** The page goes: what was seen to follow is reported. */
export const reportAll = (): void => watched.forEach(({ kinds }, press) => kinds && report(press));
