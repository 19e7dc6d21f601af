/** The whole page as records: every kept element with fingerprint, geometry and paint order. */

import { attr, has, innerOf, is, kindOf, nodesIn, once, parentNode, parentOf, rectOf, styleOf, tagOf, type Memo } from "./dom";
import { classes, group, near } from "./around";
import { fingerprint, seal } from "./fingerprint";
import { box, position, visible } from "./geometry";
import { digest } from "./hash";
import { isInteractive } from "./interactive";
import { paintOrder } from "./paint";
import { landmark, role } from "./role";
import { nth } from "./selector";
import { sketch } from "./sketch";
import { switches } from "./switches";
import type { ElementRecord, Hop, Outline } from "./types";
import { walk } from "./walk";

export interface OutlineOptions {
  /** The site's write key: what texts are hashed with, so that a visitor's sealed fingerprints compare. */
  key?: string;
}

/** Hosts of closed shadow roots, when somebody watched from the start (see `watch`). */
export const closed = new WeakSet<Element>();

/** Something inside that cannot be read: a closed shadow root, or a frame of another origin. */
function opaque(element: Element): boolean {
  if (/^i?frame$/.test(tagOf(element))) return !innerOf(element);
  if (closed.has(element)) return true;
  const custom = tagOf(element).includes("-") && !innerOf(element) && !nodesIn(element).length;
  return custom && rectOf(element).height > 1;
}

const scrolls = (element: Element): boolean => {
  const { overflowX, overflowY } = styleOf(element);
  return (
    (/auto|scroll/.test(overflowY) && element.scrollHeight > element.clientHeight + 1) ||
    (/auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1)
  );
};

/** The nearest inner scroll container around an element. */
function scroller(element: Element, memo: Memo): Element | null {
  const parent = parentOf(element);
  if (!parent) return null;
  return tagOf(parent) !== "body" && scrolls(parent) ? parent : once(memo, scroller, parent);
}

const hop = (element: Element): Hop => {
  const kind = kindOf(parentNode(element)!);
  if (kind === 1) return tagOf(element) === "body" && parentOf(parentOf(element)!) ? "frame" : "";
  return kind === 11 ? "shadow" : "";
};

const round = (value: number): number => Math.round(value * 100) / 100;

function pageSize(document: Document): [number, number] {
  const { documentElement: root, body } = document;
  const most = (...sizes: number[]): number => Math.max(...sizes);
  return [
    most(root.scrollWidth, root.clientWidth),
    most(root.scrollHeight, root.clientHeight, body ? body.scrollHeight : 0),
  ];
}

function records(document: Document, key: string, memo: Memo): [ElementRecord[], Element[]] {
  const elements: Element[] = [];
  walk(document.documentElement, (element) => elements.push(element));
  const places = new Map(elements.map((element, index) => [element, index]));
  const placeOf = (element: Element | null): number => {
    for (let at = element; at; at = parentOf(at)) if (places.has(at)) return places.get(at)!;
    return -1;
  };
  const parents = elements.map((element) => placeOf(parentOf(element)));
  const order = paintOrder(elements, parents);
  const list = elements.map((element, index): ElementRecord => {
    const print = fingerprint(element, memo);
    const { nameHash, nameSketch, textHash } = seal(print, key);
    const around = near(element, memo);
    const [groupIndex, groupSize] = group(element, memo);
    return {
      index,
      parent: parents[index]!,
      nth: nth(element),
      hop: hop(element),
      ...print,
      box: box(element, memo).map(round) as ElementRecord["box"],
      visible: once(memo, visible, element),
      interactive: isInteractive(element),
      disabled: is(element, ":disabled") || has(element, "inert") || attr(element, "aria-disabled") === "true",
      position: once(memo, position, element),
      scroller: placeOf(once(memo, scroller, element)),
      order: order[index]!,
      nameHash,
      nameSketch,
      textHash,
      role: once(memo, role, element),
      landmark: once(memo, landmark, element),
      classes: classes(element),
      groupIndex,
      groupSize,
      near: around,
      nearHashes: around.map((text) => digest(text, key)),
    };
  });
  return [list, elements];
}

/** The outline of a document as one JSON text: many small objects would cost far more on their way to Python. */
export function outline(document: Document, { key = "" }: OutlineOptions = {}): string {
  const memo: Memo = new Map();
  const [list, elements] = records(document, key, memo);
  const [width, height] = pageSize(document);
  const page: Outline = {
    version: 1,
    width,
    height,
    sketch: sketch(document, memo),
    switches: switches(document, key, memo),
    opaque: elements.flatMap((element, index) => (opaque(element) ? [index] : [])),
    elements: list,
  };
  return JSON.stringify(page);
}
