/**
 * Which state the page is in: the settings of its switches and the sketch of what can be seen.
 *
 * It is looked at in idle slices when the page has changed and come to rest, and at once when something is pressed on a
 * page that has changed: what a visitor does belongs to the state before its own effect.
 */

import { rootOf, type Memo } from "../dom";
import { visible } from "../geometry";
import { expose } from "./exposure";
import { enter, later, now, safely, states } from "./parts";
import { catchUp, digestOfSeen, gather, hasGrown, isKnown, note, reload, review, settings, sketchOfSeen, watchTree } from "./seen";

/** Once changed, the page gets this long to rest; longer when it is costly: it costs a part in 8 at most, of idle time. */
const enum Rest { Ms = 120, Share = 8 }
/** What must be left of an idle period. */
const enum Slice { Ms = 2 }

/** What it took to look, in milliseconds. */
let cost = 0;
let since = 0;
let dirty = false;
let pending = false;
/** What the pointer had revealed when it was pressed. */
let revealed: Element | undefined;

const whenIdle = (): unknown => (self.requestIdleCallback || later)(safely(settle));

/** The page may have changed. */
export function touch(): void {
  if (dirty) return;
  dirty = true;
  since = now();
  later(whenIdle, Rest.Ms + Rest.Share * cost);
}

/** There is a tree: the page, or one inside it that somebody has reached. */
export function find(root: Node): void {
  if (watchTree(root)) touch();
}

/** The page was changed. */
export function changed(records: MutationRecord[]): void {
  records.forEach(note);
  touch();
}

/** Looks at what has changed: all at once, or in an idle period for as long as there is time. */
function settle(idle?: IdleDeadline): void {
  if (!dirty && !pending) return;
  const began = performance.now();
  // What is known of ancestors holds for as long as nobody scrolls: for this slice.
  const memo: Memo = new Map();
  if (dirty) {
    cost = 0;
    gather(memo);
  }
  dirty = false;
  pending = !catchUp(memo, () => !idle || idle.timeRemaining() > Slice.Ms);
  if (pending) whenIdle();
  else {
    const set = settings(memo);
    enter(JSON.stringify([set, digestOfSeen()]), () => ({ settings: set, sketch: sketchOfSeen() }), since);
    later(expose, 0);
  }
  cost += performance.now() - began;
}

/**
 * Something is about to be pressed, or sent. A style sheet reveals where the pointer is, and nothing tells of that: is
 * what is pressed among what was seen, and is what was revealed before still there?
 */
export function look(target?: Element): void {
  if (target) find(rootOf(target));
  if (!states[0] || hasGrown()) touch();
  settle();
  if (!target || (isKnown(target) && (!revealed || visible(revealed, new Map())))) return;
  revealed = isKnown(target) ? undefined : target;
  touch();
  settle();
  if (isKnown(target)) return;
  review();
  touch();
  settle();
}

/** What happened may have shown or hidden something that no change of the page tells of. */
export function stir({ type, target, propertyName }: TransitionEvent): void {
  // Colours and shadows hide nothing.
  if (/color|shadow|outline|filter|fill|stroke/.test(propertyName)) return;
  const element = target instanceof Element ? target : undefined;
  if (type === "load" && element && /^i?frame$/.test(element.localName)) reload(element);
  else review(/^(link|style|input|select)$/.test(element ? element.localName : "") ? undefined : element);
  touch();
}
