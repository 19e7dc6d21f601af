/** Where the pointer goes and rests, what it drags and selects. */

import { add, later, latest, now, place, targetOf } from "./parts";

const enum Move { Ms = 100, Px = 8 }
/** Resting on an element for so long is a hover. */
const enum Hover { Ms = 500 }
/** A tap may slip by less. */
const enum Drag { Px = 16 }

let from: MouseEvent | undefined;
let moved: MouseEvent | undefined;
let last: MouseEvent | undefined;
let over: Element | undefined;
let entered = 0;
/** What was selected when the pointer went down; it stays here. */
let before = "";

/** Reading what is selected costs a layout, so it is read only when there is something. */
export function selected(): string {
  const selection = getSelection();
  return selection && !selection.isCollapsed ? `${selection}` : "";
}

const isFar = (a: MouseEvent, b: MouseEvent, px: number): boolean =>
  Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) > px;

/** Notes where the pointer has come to, if the element is still there: a page may have moved, or gone, under it. */
function rest(): void {
  const event = moved;
  moved = undefined;
  if (!event || !over?.isConnected || (last && !isFar(event, last, Move.Px))) return;
  const where = place(over, (last = event));
  if (Math.max(Math.abs(where[3] - 0.5), Math.abs(where[4] - 0.5)) <= 0.5) add("m", where);
}

/** The pointer moved, or left the page: the end of a hover. */
export function move(event: PointerEvent): void {
  const left = event.type === "pointerleave";
  if (event.pointerType === "touch") return;
  const target = left ? undefined : targetOf(event);
  if (target !== over) {
    const ms = now() - entered;
    if (over?.isConnected && ms > Hover.Ms) add("a", [...place(over, moved || last), "hover", ms]);
    over = target;
    entered = now();
  }
  if (!moved) later(rest, Move.Ms);
  moved = left ? undefined : event;
}

export function down(event: MouseEvent): void {
  from = event;
  before = selected();
}

/** The pointer, or what it dragged, was let go. */
export function release(event: MouseEvent): void {
  const press = latest();
  if (!press || !from) return;
  const { target, at, state } = press;
  if (isFar(event, from, Drag.Px))
    add("a", [...at, "drag", at[1] + event.clientX - from.clientX, at[2] + event.clientY - from.clientY], state);
  if (selected() !== before && selected()) add("a", [...at, "select"], state);
  // A disabled control gets no click, but somebody clicked it.
  if (event.type === "pointerup" && targetOf(event) === target && target.closest(":disabled"))
    press.click = add("c", [...at, press.by[0], Disabled.Flag], state);
  from = undefined;
}

const enum Disabled { Flag = 4 }
