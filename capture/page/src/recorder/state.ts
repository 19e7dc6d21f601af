/**
 * Which state the page is in: the settings of its switches and the sketch of what can be seen.
 *
 * It is looked at in idle slices when the page has changed and come to rest, and at once when something is pressed on a
 * page that has changed: what a visitor does belongs to the state before its own effect. Rows that came in between get
 * the state when it is known, because they came after the change.
 */

import { all, rootsIn, type Memo } from "../dom";
import { settings } from "../settings";
import { leaf, sketchOf } from "../sketch";
import { later, now, safely } from "./guest";
import { watchRoot } from "./roots";
import { add, rows } from "./rows";
import { site } from "./snippet";
import { forget } from "./targets";

/** Once changed, the page gets this long to come to rest; longer when it is costly, so that it costs one part in 8 at most, of idle time. */
const enum Rest { Ms = 120, Share = 8 }
/** How many elements are looked at between two looks at the clock, and what must be left of an idle period. */
const enum Slice { Elements = 64, Ms = 2 }

type State = [key: string, settings: [key: string, setting: string][], leaves: Set<number>];

/** The states of this document, by their numbers. */
export const states: State[] = [];

/** The number of the present state, -1 when none is known yet. */
export let state = -1;

/** What it took to look, in milliseconds. */
let cost = 0;
let since = 0;
let dirty = false;

export let roots: Node[];
/** Elements that are still to be looked at, and the leaves found so far. */
let todo: Element[] = [];
let leaves = new Set<number>();
/** What the pointer had revealed when it was pressed. */
let revealed: Element | undefined;

const whenIdle = (): unknown => (self.requestIdleCallback || later)(safely(settle));

/** The page has changed. */
export function touch(): void {
  if (dirty) return;
  dirty = true;
  since = now();
  later(whenIdle, Rest.Ms + Rest.Share * cost);
}

/**
 * Something is about to be pressed. A style sheet reveals where the pointer is, and nothing tells of that: is what is
 * pressed among what was seen, and is what was revealed before still there?
 */
export function check(target: Element): void {
  const memo: Memo = new Map();
  const seen = leaf(target, memo);
  if (seen && !leaves.has(seen)) revealed = target;
  else if (!revealed || leaf(revealed, memo)) return;
  touch();
}

/** Looks at the page if it has changed: all at once, or in an idle period for as long as there is time. */
export function settle(idle?: IdleDeadline): void {
  const began = now();
  if (dirty) {
    forget();
    roots = rootsIn(document);
    roots.forEach(watchRoot);
    dirty = false;
    cost = 0;
    leaves = new Set();
    todo = roots.flatMap((root) => all(root, "*"));
  } else if (!todo[0]) return;
  // What is known of ancestors holds for as long as nobody scrolls: for this slice.
  const memo: Memo = new Map();
  do {
    for (const element of todo.splice(-Slice.Elements)) leaves.add(leaf(element, memo));
  } while (todo[0] && !(idle && idle.timeRemaining() < Slice.Ms));
  if (todo[0]) whenIdle();
  else name(settings(roots, site!, memo));
  cost += now() - began;
}

/** The state is known: it gets its number. */
function name(settings: State[1]): void {
  const key = JSON.stringify([settings, [...leaves].reduce((sum, hash) => (sum + hash) | 0, 0)]);
  let found = states.findIndex(([known]) => known === key);
  if (found < 0) found = states.push([key, settings, leaves]) - 1;
  for (const row of rows) if (row[1] >= since && !/[acf]/.test(row[0])) row[2] = found;
  if (found !== state) add("z", [], (state = found), since);
}

/** A state as it is sent. */
export const describe = ([, settings, leaves]: State): object => ({ settings, sketch: sketchOf(leaves) });
