/** Clicks, taps and moves. */

import { is, rootOf } from "../dom";
import { notice, watch, type Kind, type Press } from "./effects";
import { later } from "./guest";
import { add } from "./rows";
import { settle, state } from "./state";
import { place, targetOf } from "./targets";

const MOVE_MS = 100;
const MOVE_PX = 8;
const [MODIFIED, REPEATED, DISABLED] = [1, 2, 4];
/** A click that the browser makes of one on a label comes right after it. */
const ECHO_MS = 50;
/** What the browser itself does on a click, where nothing else would tell. */
const NATIVE: [kind: Kind, css: string][] = [
  ["d", "[download]"],
  ["w", "[target=_blank],[href^='mailto:'],[href^='tel:']"],
  ["c", "[type=file],[type=color],[type=date],select"],
];

/** Controls that are filled in. What is filled in is never looked at. */
export const fills = (element: Element): boolean =>
  is(element, "textarea,select,input:not([type=submit]):not([type=button]),[contenteditable]");

let pressed: Press | undefined;
let clicked: number;
let echo: Element | null;

export function press(event: PointerEvent | KeyboardEvent): Press {
  rest();
  settle();
  return (pressed = watch(targetOf(event), (event as PointerEvent).pointerType || "key", state));
}

/** A disabled control gets no click, but somebody clicked it. */
export function release(event: PointerEvent): void {
  const target = targetOf(event);
  if (pressed && pressed.target === target && target.closest(":disabled")) click(event, DISABLED);
}

export function click(event: PointerEvent, flags = 0): void {
  const target = targetOf(event);
  later(() => {
    if (event.defaultPrevented) return;
    for (const [kind, css] of NATIVE) if (target.closest(css)) notice(kind);
    if (fills(target) && (rootOf(target) as Document).activeElement === target) notice("f");
  }, 0);
  if (target === echo && event.timeStamp - clicked < ECHO_MS) return;
  const cause = pressed || press(event);
  const by = event.isTrusted ? event.pointerType || (event.detail ? cause.by : "key") : "script";
  const label = target.closest("label");
  echo = label && label.control;
  clicked = event.timeStamp;
  pressed = undefined;
  if (event.ctrlKey || event.metaKey || event.shiftKey) flags |= MODIFIED;
  if (event.detail > 1) flags |= REPEATED;
  cause.click = add("c", [...place(target, /^[ks]/.test(by) ? undefined : event), by[0], flags], cause.state);
}

let moved: PointerEvent | undefined;
let over: Element;
let [lastX, lastY] = [0, 0];

/** Notes where the pointer has come to. */
function rest(): void {
  if (moved && Math.hypot(moved.clientX - lastX, moved.clientY - lastY) > MOVE_PX) {
    lastX = moved.clientX;
    lastY = moved.clientY;
    add("m", place(over, moved));
  }
  moved = undefined;
}

export function move(event: PointerEvent): void {
  if (event.pointerType === "touch") return;
  if (!moved) later(rest, MOVE_MS);
  moved = event;
  over = targetOf(event);
}
