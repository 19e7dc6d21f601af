/** One element as the outline records it: fingerprint, geometry, and what the page around it says. */

import { classes, group, near } from "./around";
import {
  attr, has, innerOf, is, kindOf, nodesIn, once, parentNode, parentOf, rectOf, styleOf, tagOf, type Memo,
} from "./dom";
import { fingerprint, seal } from "./fingerprint";
import { box, position, visible } from "./geometry";
import { digest } from "./hash";
import { isInteractive } from "./interactive";
import { landmark, role } from "./role";
import { nth } from "./selector";
import type { ElementRecord, Hop } from "./types";

/** Everything of a record but its places among the other records. */
export type Portrait = Omit<ElementRecord, "index" | "parent" | "order" | "scroller">;

/** A frame of another origin, or a custom element that a closed shadow root draws: nobody can look inside. */
export function opaque(element: Element): boolean {
  if (innerOf(element)) return false;
  const tag = tagOf(element);
  return /^i?frame$/.test(tag) || (tag.includes("-") && !nodesIn(element).length && rectOf(element).height > 1);
}

const scrolls = (element: Element): boolean => {
  const { overflowX, overflowY } = styleOf(element);
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
  return (
    (/auto|scroll/.test(overflowY) && scrollHeight > clientHeight + 1) ||
    (/auto|scroll/.test(overflowX) && scrollWidth > clientWidth + 1)
  );
};

/** The nearest inner scroll container around an element. */
export function scroller(element: Element, memo: Memo): Element | null {
  const parent = parentOf(element);
  if (!parent) return null;
  return tagOf(parent) !== "body" && scrolls(parent) ? parent : once(memo, scroller, parent);
}

function hop(element: Element): Hop {
  const parent = parentNode(element)!;
  if (kindOf(parent) !== 1) return "shadow";
  return is(element, ":root>body") && parentOf(parent as Element) ? "frame" : "";
}

const round = (value: number): number => Math.round(value * 100) / 100;

export function portrait(element: Element, key: string, memo: Memo): Portrait {
  const print = fingerprint(element, memo);
  const { nameHash, nameSketch, textHash } = seal(print, key);
  const [groupIndex, groupSize] = group(element, memo);
  const around = near(element, memo);
  return {
    ...print,
    nth: nth(element, memo),
    hop: hop(element),
    box: box(element, memo).map(round) as ElementRecord["box"],
    visible: once(memo, visible, element),
    interactive: isInteractive(element),
    disabled: is(element, ":disabled") || has(element, "inert") || attr(element, "aria-disabled") === "true",
    position: once(memo, position, element),
    role: once(memo, role, element),
    landmark: once(memo, landmark, element),
    classes: classes(element),
    groupIndex,
    groupSize,
    near: around,
    nameHash,
    nameSketch,
    textHash,
    nearHashes: around.map((text) => digest(text, key)),
  };
}
