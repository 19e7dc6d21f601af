/**
 * Which state the page is in: the settings of its switches and the sketch of what can be seen.
 *
 * It is computed when the page has changed and come to rest, and at once when something is pressed on a page that has
 * changed: what a visitor does belongs to the state before its own effect. Rows that came in between get the
 * state when it is known, because they came after the change.
 */

import type { Memo } from "../dom";
import { settings } from "../settings";
import { sketch } from "../sketch";
import { later, now, safely } from "./guest";
import { watchAll } from "./roots";
import { add, number, rows } from "./rows";
import { site } from "./snippet";
import { forget } from "./targets";

/** Once changed, the page gets this long to come to rest; longer when it is costly, so that it costs one part in 20. */
const enum Rest { Ms = 120, Share = 20 }

/** The number of the present state, -1 when none is known yet. */
export let state = -1;

/** What it took to compute, in milliseconds. */
export let cost = 0;

let since = 0;
let dirty = false;

/** The page has changed. */
export function touch(): void {
  if (dirty) return;
  dirty = true;
  since = now();
  later(() => (self.requestIdleCallback || later)(safely(settle)), Rest.Ms + Rest.Share * cost);
}

/** Computes the state if the page has changed. */
export function settle(): void {
  if (!dirty) return;
  const began = now();
  const memo: Memo = new Map();
  forget();
  watchAll();
  dirty = false;
  const found = number(1, { settings: settings(document, site!, memo), sketch: sketch(document, memo) });
  for (const row of rows) if (row[1] >= since && !/[cf]/.test(row[0])) row[2] = found;
  if (found !== state) add("z", [], (state = found), since);
  cost = now() - began;
}
