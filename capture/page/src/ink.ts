/**
 * Colours of text and of what is behind it, for contrast after https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. The
 * capture's alone.
 */

import { documentOf, hostOf, once, parentOf, styleOf, type Memo } from "./dom";
import type { Ink } from "./types";

/** Red, green, blue 0 to 255, and alpha 0 to 1. */
type Colour = [number, number, number, number];

const WHITE: Colour = [255, 255, 255, 1];
/** What Chromium paints below a page that says that it is dark. */
const DARK: Colour = [18, 18, 18, 1];

let pen: CanvasRenderingContext2D | null = null;

/** A computed colour; those that are not in sRGB by way of a px that is painted with them. */
function colour(text: string): Colour {
  const numbers = text.match(/^rgba?\(([^)]*)\)$/);
  if (numbers) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = numbers[1]!.split(/[,/\s]+/).map(Number);
    return [red, green, blue, alpha];
  }
  pen = pen || document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pen) return WHITE;
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!, alpha! / 255];
}

/** One colour laid over an opaque one. */
const over = ([r, g, b, a]: Colour, [x, y, z]: Colour): Colour =>
  [a * r + (1 - a) * x, a * g + (1 - a) * y, a * b + (1 - a) * z, 1];

const hex = (one: Colour): string =>
  "#" + one.slice(0, 3).map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");

interface Ground {
  /** Null where a picture is. */
  colour: Colour | null;
  /** The element that the opaque colour is of; null for the page itself. */
  of: Element | null;
}

/** What is behind the text of an element: the colours of it and of what is around it, laid over each other. */
function ground(element: Element, memo: Memo): Ground {
  const { backgroundImage, backgroundColor } = styleOf(element);
  if (backgroundImage !== "none") return { colour: null, of: element };
  const own = colour(backgroundColor);
  if (own[3] === 1) return { colour: own, of: element };
  const around = parentOf(element);
  const below = around ? once(memo, ground, around) : page(element);
  return own[3] && below.colour ? { ...below, colour: over(own, below.colour) } : below;
}

const page = (root: Element): Ground => ({
  colour: styleOf(root).colorScheme === "dark" && !hostOf(documentOf(root)) ? DARK : WHITE,
  of: null,
});

/** The share of itself that is painted, up to an ancestor. */
function opacity(element: Element, until: Element | null): number {
  let share = 1;
  for (let at: Element | null = element; at && at !== until; at = parentOf(at)) share *= Number(styleOf(at).opacity);
  return share;
}

/** Ink and ground of an element with text of its own. `covered` says whether a picture lies between it and an ancestor. */
export function ink(element: Element, memo: Memo, covered: (ancestor: Element | null) => boolean): Ink {
  const { color, fontSize, fontWeight } = styleOf(element);
  const behind = once(memo, ground, element);
  const known = behind.colour && !covered(behind.of) ? behind.colour : null;
  const [red, green, blue, alpha] = colour(color);
  const own: Colour = [red, green, blue, alpha * opacity(element, behind.of)];
  return {
    ink: hex(known ? over(own, known) : own),
    ground: known ? hex(known) : "",
    px: parseFloat(fontSize),
    bold: Number(fontWeight) >= 700,
  };
}
