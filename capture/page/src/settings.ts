/** How the switches of a page are set, in the few words that a visitor's browser sends. */

import { all, attr, childrenOf, documentOf, has, is, nextOf, once, parentNode, type Memo } from "./dom";
import { visible } from "./geometry";
import { digest } from "./hash";
import { selector } from "./selector";

/** true and false are "on" and "off"; undefined: no switch after all. */
type Setting = (element: Element, memo: Memo) => string | boolean | undefined;

const shown: Setting = (element, memo) => once(memo, visible, element);

/** A radio or checkbox that drives the page by CSS: hidden itself, in no form or label, with something beside it. */
const driven: Setting = (element, memo) => {
  const { form, checked } = element as HTMLInputElement;
  return form || !nextOf(element) || is(element, "label *") || shown(element, memo) ? undefined : checked;
};

/** Only where a readable style sheet reveals by `:target`; else a fragment just scrolls. */
const target: Setting = (element) =>
  [...documentOf(element).styleSheets].some((sheet) => {
    try {
      return [...sheet.cssRules].some((rule) => /:target\b/.test((rule as CSSStyleRule).selectorText));
    } catch {
      return false;
    }
  });

/** Index of the first slide beside a slide that can be seen. */
const slide: Setting = (first, memo) => {
  const slides = childrenOf(parentNode(first)!);
  return "" + slides.findIndex((one) => shown(one, memo) && attr(one, "aria-hidden") !== "true");
};

/** Which elements carry a setting, and how each says it; the first that fits counts. */
const CARRIERS: [css: string, setting: Setting][] = [
  [
    "[role=tab][aria-selected],[role=switch][aria-checked],[role^=menuitem][aria-checked],[aria-expanded],[aria-pressed]",
    (element) => ["selected", "checked", "expanded", "pressed"].some((state) => attr(element, "aria-" + state) === "true"),
  ],
  ["details,dialog", (element) => has(element, "open")],
  ["[role$=dialog],[aria-modal],[popover]", shown],
  ["[type=radio],[type=checkbox]", driven],
  [
    "[aria-roledescription=slide],.carousel-item,.slick-slide,.swiper-slide,.splide__slide,.owl-item"
      .replace(/,|$/g, ":first-child$&"),
    slide,
  ],
  [":target", target],
  ["html[data-theme]", (root) => attr(root, "data-theme")],
];

/** The elements of these trees that carry a setting. */
export function settingsIn(roots: Node[], memo: Memo): Map<Element, string> {
  const found = new Map<Element, string>();
  for (const root of roots) {
    for (const [css, read] of CARRIERS) {
      for (const element of all(root, css)) {
        const setting = found.has(element) ? undefined : read(element, memo);
        if (setting !== undefined) found.set(element, setting === true ? "on" : setting || "off");
      }
    }
  }
  return found;
}

/** Keyed hash of the selector of each switch, and its setting. A switch that is not listed is "off". */
export const settings = (roots: Node[], key: string, memo: Memo): [key: string, setting: string][] =>
  [...settingsIn(roots, memo)].map(([element, setting]) => [digest(once(memo, selector, element), key), setting]);
