/** What was hit, and where. */

import { rectOf, type Memo } from "../dom";
import { fingerprint } from "../fingerprint";
import { box } from "../geometry";
import { digest } from "../hash";
import { isInteractive } from "../interactive";
import { subject } from "../walk";
import { number } from "./rows";
import { site } from "./snippet";

/** The element that an event is about, also inside a shadow root. */
export const targetOf = (event: Event): Element => subject(event.composedPath()[0] as Element);

let numbers = new WeakMap<Element, number>();

/** The page has changed: elements may be called otherwise now. */
export function forget(): void {
  numbers = new WeakMap();
}

/**
 * The number of an element, which is described when it is met for the first time: its fingerprint, sealed (without the
 * sketch of its name, which only another page than the captured one could need), and where it is.
 */
function target(element: Element): number {
  const memo: Memo = new Map();
  const { name, text, label, ...rest } = fingerprint(element, memo);
  return number(0, {
    ...rest,
    nameHash: digest(name, site!),
    textHash: digest(text, site!),
    box: box(element, memo),
    interactive: isInteractive(element),
  });
}

const round = (value: number): number => +value.toFixed(4);

/** Number of the target, x and y on the page, the same as shares of its box. The middle when no place is given. */
export function place(element: Element, at?: MouseEvent): number[] {
  if (!numbers.has(element)) numbers.set(element, target(element));
  const { left, top, width, height } = rectOf(element);
  const [x, y, w, h] = box(element);
  const u = at && width ? (at.clientX - left) / width : 0.5;
  const v = at && height ? (at.clientY - top) / height : 0.5;
  return [numbers.get(element)!, Math.round(x + u * w), Math.round(y + v * h), round(u), round(v)];
}
