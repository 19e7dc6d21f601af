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

/** The theme that the root or body says; a class says only that it is dark. */
const theme: Setting = (root) =>
  attr(root, "data-theme") || attr(root, "data-bs-theme") || attr(root, "data-color-scheme") || "dark";

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
  // Consent is asked for by many banners that no role marks.
  ["[id*=cookie],[id*=consent]", shown],
  ["[data-theme],[data-bs-theme],[data-color-scheme],.dark,.dark-mode,.theme-dark".replace(/[^,]+/g, ":root$&,:root>body$&"), theme],
];

/** What may carry a setting. */
export const CARRIER = CARRIERS.map(([css]) => css).join();

/** How the switch that an element carries is set; undefined: it carries none. */
export function settingOf(element: Element, memo: Memo): string | undefined {
  for (const [css, read] of CARRIERS) {
    const setting = is(element, css) ? read(element, memo) : undefined;
    if (setting !== undefined) return setting === true ? "on" : setting || "off";
  }
  return undefined;
}

/** The elements of these trees that carry a setting. */
export const settingsIn = (roots: Node[], memo: Memo): Map<Element, string> =>
  new Map(
    roots
      .flatMap((root) => all(root, CARRIER))
      .map((element) => [element, settingOf(element, memo)] as const)
      .filter((pair): pair is readonly [Element, string] => pair[1] !== undefined),
  );

/** Keyed hash of the selector of each switch, and its setting. A switch that is not listed is "off". */
export const settings = (roots: Node[], key: string, memo: Memo): [key: string, setting: string][] =>
  [...settingsIn(roots, memo)].map(([element, setting]) => [digest(once(memo, selector, element), key), setting]);
