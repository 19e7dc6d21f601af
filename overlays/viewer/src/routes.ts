/** Trying patterns of routes: which pages they would make one of. */
import type { RoutesDocument } from "./api.js";
import { copyButton } from "./copy.js";
import { count, counted, fill, h } from "./dom.js";
import { openDialog } from "./segments.js";
import type { Live } from "./source.js";

export function routeTester(live: Live): HTMLElement {
  return h("button", { type: "button", className: "plain", on: { click: () => open(live) } }, "Group by route");
}

function open(live: Live): void {
  const patterns = h("textarea", { rows: 4, placeholder: "/product/{slug}\n/blog/**", "aria-label": "Patterns, one a line", spellcheck: false });
  const urls = h("textarea", { rows: 4, placeholder: "https://example.com/product/blue-tent", "aria-label": "URLs to try, one a line", spellcheck: false });
  const result = h("div", { className: "route-result", "aria-live": "polite" });
  let turn = 0;
  const lines = (field: HTMLTextAreaElement): string[] => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const test = async (): Promise<void> => {
    const mine = ++turn;
    try {
      const doc = await live.routes(lines(patterns), lines(urls));
      if (mine === turn) fill(result, ...results(doc));
    } catch (error) {
      if (mine === turn) fill(result, h("p", { className: "note" }, error instanceof Error ? error.message : String(error)));
    }
  };
  for (const field of [patterns, urls]) field.addEventListener("input", () => void test());
  openDialog(
    "Group by route", "routes-dialog",
    h("div", { className: "two" }, h("label", {}, h("h3", {}, "Patterns"), patterns), h("label", {}, h("h3", {}, "URLs to try"), urls)),
    result,
  );
  void test();
}

function results(doc: RoutesDocument): (HTMLElement | null)[] {
  const tested = doc.tested.map((one) =>
    h("li", {}, h("code", {}, one.url), h("span", { className: one.error ? "wrong" : "soft" }, one.error || `→ ${one.page}${one.captured ? "" : ", not captured"}`)),
  );
  const groups = doc.groups.map((group) =>
    h("li", {}, h("strong", {}, group.page), h("span", { className: "soft" }, ` ${counted(group.pages.length, "pages")}, ${count(group.events)} events`), h("small", {}, group.pages.slice(0, 6).join("  "))),
  );
  return [
    tested.length ? h("ul", { className: "tested" }, ...tested) : null,
    h("h3", {}, "Pages that visitors saw, so grouped"),
    h("ul", { className: "groups" }, ...groups),
    doc.toml ? h("div", { className: "copy-line" }, h("pre", {}, doc.toml), copyButton(doc.toml)) : null,
  ];
}
