/**
 * The switches of a page and how each is set. A switch that is not listed counts as "off".
 */

import { all, attr, framed, has, is, kindOf, nextOf, once, rectOf, shadowOf, tagOf, type Memo } from "./dom";
import { visible } from "./geometry";
import { digest } from "./hash";
import { name } from "./name";
import { selector } from "./selector";
import type { Switch } from "./types";

type Kind = Switch["kind"];
type Found = [kind: Kind, setting: string];

const SLIDES = "[aria-roledescription=slide],.carousel-item,.slick-slide,.swiper-slide,.splide__slide,.glide__slide,.owl-item,.slide";
const CAROUSEL = "[aria-roledescription=carousel],.carousel,.slick-slider,.swiper,.splide,.glide,.owl-carousel";
const CANDIDATES =
  "[role=tab],[aria-expanded],[aria-pressed],[role=switch],[role=menuitemcheckbox],[role=menuitemradio],details,dialog," +
  "[role=dialog],[role=alertdialog],[aria-modal=true],[popover],input[type=radio],input[type=checkbox]," + CAROUSEL;

const onOff = (on: boolean): string => (on ? "on" : "off");

/** Index of the slide whose middle is inside the carousel and that can be seen; -1 when none is. */
function slide(carousel: Element, memo: Memo): number {
  const { left, right } = rectOf(carousel);
  return all(carousel, SLIDES).findIndex((one) => {
    const box = rectOf(one);
    const middle = box.left + box.width / 2;
    return middle > left && middle < right && attr(one, "aria-hidden") !== "true" && once(memo, visible, one);
  });
}

/** A radio or checkbox that drives the page by CSS: hidden itself, in no form, with something beside it to reveal. */
const drives = (input: HTMLInputElement, memo: Memo): boolean =>
  !input.form && !!nextOf(input) && !once(memo, visible, input);

function setting(element: Element, memo: Memo): Found | undefined {
  const tag = tagOf(element);
  const role = attr(element, "role");
  const said = (state: string): string => onOff(attr(element, "aria-" + state) === "true");
  if (role === "tab") return ["tab", said("selected")];
  if (/^(switch|menuitem)/.test(role) && has(element, "aria-checked")) return ["checked", said("checked")];
  if (tag === "details") return ["details", onOff(has(element, "open"))];
  if (tag === "dialog") return ["dialog", onOff(has(element, "open"))];
  if (/dialog$/.test(role) || has(element, "aria-modal")) return ["dialog", onOff(once(memo, visible, element))];
  if (has(element, "popover")) return ["popover", onOff(open(element))];
  if (tag === "input") return drives(element as HTMLInputElement, memo) ? ["checked", onOff((element as HTMLInputElement).checked)] : undefined;
  if (has(element, "aria-expanded")) return [expands(element), said("expanded")];
  if (has(element, "aria-pressed")) return ["pressed", said("pressed")];
  return is(element, CAROUSEL) && all(element, SLIDES).length > 1 ? ["carousel", String(slide(element, memo))] : undefined;
}

function expands(element: Element): Kind {
  if (has(element, "aria-haspopup")) return "menu";
  return is(element, "h1 *,h2 *,h3 *,h4 *,h5 *,h6 *,[role=heading] *,[class*=accordion] *") ? "accordion" : "disclosure";
}

/** `:popover-open` is not valid everywhere. */
function open(element: Element): boolean {
  try {
    return is(element, ":popover-open");
  } catch {
    return false;
  }
}

/** Whether a readable style sheet reveals by `:target`; else a fragment only scrolls. */
const usesTarget = (document: Document): boolean =>
  [...document.styleSheets].some((sheet) => {
    try {
      return [...sheet.cssRules].some((rule) => /:target\b/.test((rule as CSSStyleRule).selectorText));
    } catch {
      return false;
    }
  });

function found(root: Node, memo: Memo): [Element, Found][] {
  const list: [Element, Found][] = [];
  for (const element of all(root, CANDIDATES)) {
    const set = setting(element, memo);
    if (set) list.push([element, set]);
  }
  if (kindOf(root) === 9) {
    const [target] = usesTarget(root as Document) ? all(root, ":target") : [];
    if (target) list.push([target, ["target", "on"]]);
    for (const themed of all(root, "html[data-theme],html[data-bs-theme]"))
      list.push([themed, ["theme", attr(themed, "data-theme") || attr(themed, "data-bs-theme")]]);
  }
  for (const element of all(root, "*")) {
    const inner = shadowOf(element) || framed(element);
    if (inner) list.push(...found(inner, memo));
  }
  return list;
}

/** The switches of a document, in document order within each tree. */
export function switches(document: Document, key = "", memo: Memo = new Map()): Switch[] {
  return found(document, memo).map(([element, [kind, setting]]) => {
    const path = once(memo, selector, element);
    return { selector: path, key: digest(path, key), kind, setting, name: once(memo, name, element) };
  });
}
