/** Making elements. Texts are only ever set as text: what a page says may be hostile. */

type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

/** An element with properties (or `aria-*`, `data-*` and `role` attributes, `on` listeners) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value as Record<string, EventListener>)) {
        element.addEventListener(event, listener);
      }
    } else if (/^(aria-|data-|role$|for$|scope$|colspan$)/.test(name)) {
      element.setAttribute(name, String(value));
    } else {
      (element as unknown as Props)[name] = value;
    }
  }
  put(element, ...children);
  return element;
}

/** Appends children; texts become text nodes. */
export function put(parent: Element, ...children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

/** Replaces all children. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  put(parent, ...children);
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon of 16 x 16 from its path. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** A number for people: thousands grouped. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A share as a percentage with one digit. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A word with its number: "1 click", "3 clicks". */
export function counted(value: number, nouns: string): string {
  return `${count(value)} ${value === 1 ? nouns.replace(/s$/, "") : nouns}`;
}
