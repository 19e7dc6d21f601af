/** Clicks, taps and moves. */

import { notice, watch, watched, type Press } from "./effects";
import { later } from "./guest";
import { add } from "./rows";
import { cost, settle, state, touch } from "./state";
import { place, targetOf } from "./targets";
import { wake } from "./page";

const enum Move { Ms = 100, Px = 8 }
/** A frame. */
const enum Cheap { Ms = 16 }
/** Flag of a click; 1 is for a modifier key. */
const enum Flag { Disabled = 4 }
/** What was pressed last. */
let pressed: Press;

function begin(event: Partial<PointerEvent> & Event): Press {
  rest();
  // A style sheet reveals where the pointer is, and nothing tells of that.
  if (cost < Cheap.Ms) touch();
  settle();
  return watch(targetOf(event), event.pointerType || "key", state);
}

export function press(event: PointerEvent | KeyboardEvent): void {
  pressed = begin(event);
}

/** A disabled control gets no click, but somebody clicked it. */
export function release(event: PointerEvent): void {
  const target = targetOf(event);
  if (pressed.target === target && target.closest(":disabled")) click(event, Flag.Disabled);
}

export function click(event: PointerEvent, flags = 0): void {
  const target = targetOf(event);
  const cause = event.isTrusted && watched.has(pressed) ? pressed : begin(event);
  // Of a click on a label the browser makes another, on its control.
  if (cause.click !== undefined) return;
  const by = event.isTrusted ? cause.by : "script";
  cause.click = add("c", [...place(target, /^[ks]/.test(by) ? undefined : event), by[0], +(event.ctrlKey || event.metaKey) | flags], cause.state);
  // These leave no trace in the page.
  if (target.closest("[download],[target=_blank]")) notice("w");
  // Nothing tells of a new address where the page itself stays as it is.
  later(wake, Move.Ms);
}

let moved: PointerEvent | undefined;
let over: Element;
let last = { clientX: 0, clientY: 0 };

/** Notes where the pointer has come to. */
function rest(): void {
  if (moved && Math.hypot(moved.clientX - last.clientX, moved.clientY - last.clientY) > Move.Px) add("m", place(over, (last = moved)));
  moved = undefined;
}

export function move(event: PointerEvent): void {
  if (event.pointerType === "touch") return;
  if (!moved) later(rest, Move.Ms);
  moved = event;
  over = targetOf(event);
}
