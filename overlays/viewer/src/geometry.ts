/** Boxes and points on a page, CSS px. */
import type { ElementNumbers } from "./api.js";

type Box = ElementNumbers["box"];

export function holds(box: Box, x: number, y: number): boolean {
  return x >= box[0] && y >= box[1] && x < box[0] + box[2] && y < box[1] + box[3];
}

/** The smallest element under a point; of equal ones the one with more clicks. */
export function elementAt(elements: ElementNumbers[], x: number, y: number): ElementNumbers | null {
  let best: ElementNumbers | null = null;
  for (const element of elements) {
    if (!holds(element.box, x, y)) continue;
    if (!best || area(element) < area(best)) best = element;
  }
  return best;
}

function area(element: ElementNumbers): number {
  return element.box[2] * element.box[3] - (element.clicks ?? 0) * 1e-6;
}

/** A box as shares of the page in %, for CSS. */
export function asPercent(box: Box, width: number, height: number): Record<"left" | "top" | "width" | "height", string> {
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(4)}%`;
  return {
    left: share(box[0], width),
    top: share(box[1], height),
    width: share(box[2], width),
    height: share(box[3], height),
  };
}
