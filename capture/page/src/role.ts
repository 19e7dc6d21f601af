/** Roles and landmarks. */

import { attr, has, is, once, parentOf, tagOf, type Memo } from "./dom";

const ROLES: Record<string, string> = {
  button: "button", summary: "button", select: "combobox", textarea: "textbox", img: "img", nav: "navigation",
  main: "main", aside: "complementary", header: "banner", footer: "contentinfo", form: "form", dialog: "dialog",
  ul: "list", ol: "list", li: "listitem", table: "table", tr: "row", td: "cell", th: "columnheader",
  article: "article", progress: "progressbar", fieldset: "group", search: "search", section: "region",
  h1: "heading", h2: "heading", h3: "heading", h4: "heading", h5: "heading", h6: "heading",
};
const INPUTS: Record<string, string> = {
  checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox",
  submit: "button", button: "button", reset: "button", image: "button", file: "button",
};

/** What the element says it is, else what its tag says; "" for the many that say nothing. */
export function role(element: Element): string {
  const said = attr(element, "role").trim().toLowerCase().split(/\s+/)[0];
  if (said) return said;
  const tag = tagOf(element);
  if (tag === "a" || tag === "area") return has(element, "href") ? "link" : "";
  if (tag === "input") return INPUTS[typeOf(element)] || "textbox";
  if (tag === "section" && !has(element, "aria-label") && !has(element, "aria-labelledby")) return "";
  if (/^(head|foot)er$/.test(tag) && is(element, "article *,aside *,main *,nav *,section *")) return "";
  return Object.prototype.hasOwnProperty.call(ROLES, tag) ? ROLES[tag]! : "";
}

/** `type` of a control, as written. */
export const typeOf = (element: Element): string =>
  /^(input|button)$/.test(tagOf(element)) ? attr(element, "type").toLowerCase() : "";

const LANDMARKS = /^(banner|navigation|main|complementary|contentinfo|search|form|region|dialog|alertdialog)$/;

/** The role of the nearest landmark, the element itself included. */
export function landmark(element: Element, memo: Memo): string {
  const own = once(memo, role, element);
  if (LANDMARKS.test(own)) return own.replace("alert", "");
  const parent = parentOf(element);
  return parent ? once(memo, landmark, parent) : "";
}
