/** What was hit, and where. */

import { contains, rectOf, rootOf, type Memo } from "../dom";
import { print } from "../fingerprint";
import { box } from "../geometry";
import { digest } from "../hash";
import { isInteractive } from "../interactive";
import { subject } from "../walk";
import { number } from "./rows";
import { site } from "./snippet";

/** The element that an event is about, also inside a shadow root. */
export const targetOf = (event: Event): Element => subject(event.composedPath()[0] as Element);

/** The elements that were described, with their numbers. */
let numbers = new Map<Element, number>();
const enum Most { Records = 20 }

/** The page has changed: elements where it has may be called otherwise now. Without records: everywhere. */
export function forget(records?: MutationRecord[]): void {
  const changed = records && !records[Most.Records] ? records : [{ target: document }];
  for (const element of numbers.keys())
    if (rootOf(element) !== document || changed.some(({ target }) => contains(target, element) || contains(element, target)))
      numbers.delete(element);
}

/**
 * The number of an element, which is described when it is met for the first time: its fingerprint, sealed (without the
 * sketch of its name, which only another page than the captured one could need), and where it is.
 */
function target(element: Element): number {
  const memo: Memo = new Map();
  const { name, text, ...rest } = print(element, memo);
  return number({
    ...rest,
    nameHash: digest(name, site!),
    textHash: digest(text, site!),
    box: box(element, memo),
    interactive: isInteractive(element),
  });
}

const round = (value: number): number => +value.toFixed(4);

/** Number of the target, x and y on the page, the same as shares of its box. */
export type Place = [target: number, x: number, y: number, u: number, v: number];

/** Where something happened on an element: in its middle, when the event has no place. */
export function place(element: Element, { clientX, clientY }: Partial<MouseEvent> = {}): Place {
  if (!numbers.has(element)) numbers.set(element, target(element));
  const { left, top, width, height } = rectOf(element);
  const [x, y, w, h] = box(element);
  const u = clientX! >= 0 && width ? (clientX! - left) / width : 0.5;
  const v = clientY! >= 0 && height ? (clientY! - top) / height : 0.5;
  return [numbers.get(element)!, Math.round(x + u * w), Math.round(y + v * h), round(u), round(v)];
}
