/** The whole page as one JSON text: records of many small objects would cost far more on their way to Python. */

import { all, attr, childrenOf, has, is, once, parentOf, styleOf, type Memo } from "./dom";
import { box } from "./geometry";
import { ink } from "./ink";
import { paintOrder } from "./paint";
import { opaque, portrait, scroller } from "./record";
import { sketch } from "./sketch";
import { switches } from "./switches";
import type { Outline } from "./types";
import { walk } from "./walk";

export interface OutlineOptions {
  /** The site's write key: what texts are hashed with, so that a visitor's sealed fingerprints compare. */
  key?: string;
  /** Whether an element listens for clicks, if the caller has watched from the start: nothing in the page tells. */
  listens?: (element: Element) => boolean;
}

type Box = [x: number, y: number, width: number, height: number];

/** What may be behind text without being around it. */
const PICTURES = "img,video,canvas,svg,iframe,object";
const MOST_PICTURES = 500;

/** The outline of a document: JSON of `Outline`. */
export function outline(document: Document, { key = "", listens = () => false }: OutlineOptions = {}): string {
  const memo: Memo = new Map();
  const elements: Element[] = [];
  walk(document, (element) => elements.push(element));
  const places = new Map(elements.map((element, index) => [element, index]));
  const placeOf = (element: Element | null): number =>
    element ? (places.get(element) ?? placeOf(parentOf(element))) : -1;
  const parents = elements.map((element) => placeOf(parentOf(element)));
  const order = paintOrder(elements, parents);
  const pictures = elements.flatMap((element, index) => (is(element, PICTURES) ? [index] : [])).slice(0, MOST_PICTURES);
  const boxes = new Map(pictures.map((index) => [index, box(elements[index]!, memo)]));
  /** Whether a picture is painted behind the middle of an element, and before an ancestor. */
  const covered = (index: number, [x, y, width, height]: Box, ancestor: Element | null): boolean =>
    pictures.some((other) => {
      const [left, top, wide, high] = boxes.get(other)!;
      const [across, down] = [x + width / 2 - left, y + height / 2 - top];
      const inside = across > 0 && across < wide && down > 0 && down < high;
      return inside && order[other]! < order[index]! && order[other]! > (ancestor ? order[placeOf(ancestor)]! : -1);
    });
  return write({
    version: 1,
    ...pageSize(document),
    sketch: sketch(document, memo),
    switches: switches(document, key, memo),
    opaque: elements.flatMap((element, index) => (opaque(element) ? [index] : [])),
    elements: elements.map((element, index) => {
      const record = portrait(element, key, memo);
      record.interactive = record.interactive || listens(element);
      const around = placeOf(once(memo, scroller, element));
      const looks = record.text ? ink(element, memo, (ancestor) => covered(index, record.box, ancestor)) : {};
      const place = { index, parent: parents[index]!, ...record, scroller: around, order: order[index]!, ...looks };
      const more = { ...(passes(element) && { through: true as const }), ...(stays(element) && { nowhere: true as const }) };
      return { ...place, ...more };
    }),
  });
}

/** Whether clicks go through an element to what is behind it. */
const passes = (element: Element): boolean => styleOf(element).pointerEvents === "none";

/** Whether a link is one in form only: as an address it would be that of its own page. */
const stays = (element: Element): boolean =>
  has(element, "href") && /^\s*(#!?)?\s*$/.test(attr(element, "href"));

/** Width and height of all that can be scrolled to. */
function pageSize(document: Document): { width: number; height: number } {
  const sized = [...childrenOf(document), ...all(document, "body")];
  return {
    width: Math.max(...sized.map((element) => Math.max(element.scrollWidth, element.clientWidth))),
    height: Math.max(...sized.map((element) => Math.max(element.scrollHeight, element.clientHeight))),
  };
}

/** JSON, also where an old library has given arrays a `toJSON` of their own (Prototype before 1.7). */
function write(page: Outline): string {
  const text = JSON.stringify(page);
  if (text[0] === "{" && JSON.stringify([]) === "[]") return text;
  const plain = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
    if (typeof value !== "object" || !value) return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${plain(one)}`).join()}}`;
  };
  return plain(page);
}
