/** Roles and landmarks. The capture's alone: a visitor's browser sends only what an element says itself. */

import { attr, has, is, once, parentOf, tagOf, type Memo } from "./dom";

// A tag not listed says all that its role would.
const ROLES: Record<string, string | null> = {
  __proto__: null, button: "button", summary: "button", select: "combobox", textarea: "textbox", img: "img",
  nav: "navigation", main: "main", aside: "complementary", header: "banner", footer: "contentinfo", form: "form",
  search: "search", dialog: "dialog", article: "article", ul: "list", ol: "list", li: "listitem", table: "table",
  tr: "row", td: "cell", th: "columnheader", fieldset: "group", progress: "progressbar",
};
const INPUTS: Record<string, string | null> = {
  __proto__: null, checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox",
  submit: "button", button: "button", reset: "button", image: "button", file: "button",
};

/** What the element says it is, else what its tag says; "" for the many that say nothing. */
export function role(element: Element): string {
  const tag = tagOf(element);
  const said = attr(element, "role").trim().toLowerCase().split(/\s+/)[0];
  if (said) return said;
  if (tag === "a") return has(element, "href") ? "link" : "";
  if (tag === "input") return INPUTS[attr(element, "type").toLowerCase()] || "textbox";
  if (/^h[1-6]$/.test(tag)) return "heading";
  if (tag === "section") return has(element, "aria-label") || has(element, "aria-labelledby") ? "region" : "";
  if (/^(head|foot)er$/.test(tag) && is(element, "article *,aside *,main *,nav *,section *")) return "";
  return ROLES[tag] || "";
}

const LANDMARK = /^(banner|navigation|main|complementary|contentinfo|search|form|region|dialog|alertdialog)$/;

/** The role of the nearest landmark, the element itself included. */
export function landmark(element: Element, memo: Memo): string {
  const own = once(memo, role, element);
  if (LANDMARK.test(own)) return own.replace("alert", "");
  const parent = parentOf(element);
  return parent ? once(memo, landmark, parent) : "";
}
