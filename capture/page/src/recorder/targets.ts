/** What was hit, and where. */

import { rectOf, type Memo } from "../dom";
import { fingerprint, seal } from "../fingerprint";
import { box, position } from "../geometry";
import { isInteractive } from "../interactive";
import { subject } from "../walk";
import { number } from "./rows";
import { site } from "./snippet";

/** The element that an event is about, also inside a shadow root. */
export const targetOf = (event: Event): Element => subject(event.composedPath()[0] as Element);

let numbers: WeakMap<Element, number>;

/** The page has changed: elements may be called otherwise now. */
export function forget(): void {
  numbers = new WeakMap();
}

/** The number of an element, which is described when it is met for the first time. */
function target(element: Element): number {
  const memo: Memo = new Map();
  const print: Record<string, unknown> = { ...seal(fingerprint(element, memo), site!) };
  for (const key in print) if (print[key] == "") delete print[key];
  return number(0, JSON.stringify(print), () => ({
    ...print, box: box(element, memo), position: position(element, memo), interactive: isInteractive(element),
  }));
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Number of the target, x and y on the page, the same as shares of its box. The middle when no place is given. */
export function place(element: Element, at?: MouseEvent): number[] {
  if (!numbers.has(element)) numbers.set(element, target(element));
  const { left, top, width, height } = rectOf(element);
  const [x, y, w, h] = box(element);
  const u = at && width ? (at.clientX - left) / width : 0.5;
  const v = at && height ? (at.clientY - top) / height : 0.5;
  return [numbers.get(element)!, Math.round(x + u * w), Math.round(y + v * h), round(u), round(v)];
}
