/** Presses, clicks and taps. */

import { now } from "./guest";
import { look } from "./more";
import { add, state } from "./rows";
import { place, targetOf, type Place } from "./targets";

/** A click so long after its press, and another from the same press, are one. */
const enum Press { Ms = 2500 }

/** A press on a target by mouse, touch, pen, key or a script, in a state. */
export interface Pressed {
  target: Element;
  at: Place;
  by: string;
  state: number;
  t: number;
  /** Number of the click that it became. */
  click?: number;
}

/** What the visitor, and what anybody, pressed last. */
let pressed: Pressed | undefined;
export let latest: Pressed;

function begin(event: MouseEvent): Pressed {
  const target = targetOf(event);
  look(target);
  const by = event.isTrusted ? (event as PointerEvent).pointerType || "key" : "script";
  // The place is taken now: a page may move or zoom before the click.
  const at = place(target, /^[ks]/.test(by) ? {} : event);
  return (latest = { target, at, by, state, t: now() });
}

export function press(event: MouseEvent): void {
  pressed = begin(event);
}

export function click(event: MouseEvent): void {
  const cause = event.isTrusted && pressed && now() - pressed.t < Press.Ms ? pressed : begin(event);
  // Of a click on a label the browser makes another, on its control.
  if (cause.click !== undefined) return;
  const target = targetOf(event);
  const where = cause.target === target ? cause.at : place(target, event);
  cause.click = add("c", [...where, cause.by[0], +(event.ctrlKey || event.metaKey)], cause.state);
}
