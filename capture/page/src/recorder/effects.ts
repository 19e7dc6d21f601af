/**
 * What follows a click, watched from the moment of pressing on, because some pages act then. One that is followed by
 * nothing within the bound is reported with no kind at all; one whose page was left before is not reported, unless
 * leaving is what followed.
 */

import { later, now } from "./guest";
import { add } from "./rows";

const enum Bound { Ms = 2500 }

/** Letters of `EFFECTS` in core/batches.py. */
export type Kind = "m" | "n" | "s" | "f" | "t" | "w" | "i";

/** A press on a target by mouse, touch, pen or key in a state, and what followed. */
export interface Press {
  target: Element;
  by: string;
  state: number;
  since: number;
  kinds: string;
  ms: number;
  /** Number of the click that it became. */
  click?: number;
}

/** Presses of which something may still follow. */
export const watched = new Set<Press>();

/** Something was pressed: whatever follows may be due to it. */
export function watch(target: Element, by: string, state: number): Press {
  const press = { target, by, state, since: now(), kinds: "", ms: 0 };
  watched.add(press);
  later(() => report(press), Bound.Ms);
  return press;
}

/** Something happened that a click may have caused. */
export function notice(kind: Kind): void {
  for (const press of watched) {
    if (!press.kinds) press.ms = now() - press.since;
    if (!press.kinds.includes(kind)) press.kinds += kind;
  }
}

function report(press: Press): void {
  if (watched.delete(press) && press.click! >= 0) add("x", [press.click, press.kinds, press.ms]);
}

/** The page goes: what was seen to follow is reported. */
export const reportAll = (): void => watched.forEach((press) => press.kinds && report(press));
