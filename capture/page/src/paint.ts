/**
 * Paint order after CSS 2.2, Appendix E, for whole elements: inside a stacking context first the context itself, then
 * its layers with negative z-index, then what flows, then positioned layers by z-index and tree order. A positioned
 * element without z-index is a layer whose own positioned descendants belong to the context around it. Not told apart:
 * floats and inline content from blocks. Open modal dialogs and popovers are above all.
 */

import { is, parentOf, styleOf } from "./dom";

interface Layer {
  context: boolean;
  z: number;
}

const TOP = 2 ** 31;

function onTop(element: Element): boolean {
  try {
    return is(element, "dialog:modal,:popover-open,:fullscreen");
  } catch {
    return false;
  }
}

/** How an element leaves the flow, or null when it is painted with its parent. */
function layer(element: Element): Layer | null {
  const style = styleOf(element);
  const parent = parentOf(element);
  // A frame is painted as a whole, whatever z-index there is in it.
  if (!parent || is(element, ":root>body")) return { context: true, z: 0 };
  if (onTop(element)) return { context: true, z: TOP };
  const placed = style.position !== "static";
  const held = /fixed|sticky/.test(style.position);
  const item = /flex|grid/.test(styleOf(parent).display);
  const z = style.zIndex !== "auto" && (placed || item) ? Number(style.zIndex) : NaN;
  const context = z === z || held || effects(style);
  return context || placed ? { context, z: z || 0 } : null;
}

const EFFECTS = ["transform", "filter", "backdropFilter", "perspective", "clipPath", "rotate", "scale", "translate"] as const;

const effects = (style: CSSStyleDeclaration): boolean =>
  style.opacity !== "1" ||
  EFFECTS.some((effect) => style[effect] && style[effect] !== "none") ||
  (style.mixBlendMode || "normal") !== "normal" ||
  style.isolation === "isolate" ||
  /paint|layout|content|strict/.test(style.contain) ||
  /transform|opacity|filter|perspective/.test(style.willChange);

/** The rank of each element, higher is nearer to the viewer; `elements` in tree order with the index of each parent. */
export function paintOrder(elements: Element[], parents: number[]): number[] {
  const layers = elements.map(layer);
  const flows: number[][] = elements.map(() => []);
  const stacked: number[][] = elements.map(() => []);
  const owner: number[] = [];
  const context: number[] = [];
  elements.forEach((_, i) => {
    const own = layers[i];
    const parent = parents[i]!;
    const around = parent < 0 ? i : context[parent]!;
    const home = own && own.z === TOP ? 0 : around;
    owner[i] = own || parent < 0 ? i : owner[parent]!;
    context[i] = own && own.context ? i : around;
    if (!own) flows[owner[i]!]!.push(i);
    else if (i) stacked[home]!.push(i);
  });
  return ranks(layers, flows, stacked);
}

function ranks(layers: (Layer | null)[], flows: number[][], stacked: number[][]): number[] {
  const order: number[] = [];
  let next = 0;
  const paint = (i: number): void => {
    const above = stacked[i]!.sort((a, b) => layers[a]!.z - layers[b]!.z || a - b);
    order[i] = next++;
    above.filter((child) => layers[child]!.z < 0).forEach(paint);
    for (const flowing of flows[i]!) order[flowing] = next++;
    above.filter((child) => layers[child]!.z >= 0).forEach(paint);
  };
  paint(0);
  return order;
}
