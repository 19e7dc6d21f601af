/** Files of what is shown: from the server where there is one, else made here from what the report holds. */
import { copyButton } from "./copy.js";
import { h } from "./dom.js";
import { save } from "./download.js";
import { elementTable } from "./elements.js";
import { asCsv, ranked } from "./ranking.js";
import type { Store } from "./store.js";

const SAVE = "Export";

export function exportMenu(store: Store): HTMLElement {
  const list = h("div", { className: "menu-list" });
  const menu = h("details", { className: "menu" }, h("summary", { className: "plain" }, SAVE), list);
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  };
  menu.addEventListener("toggle", () => {
    if (menu.open) list.replaceChildren(...entries(store));
    // Only while it is open: the document outlives it.
    if (menu.open) document.addEventListener("click", outside);
    else document.removeEventListener("click", outside);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")!.focus();
    event.stopPropagation();
  });
  return menu;
}

function entries(store: Store): HTMLElement[] {
  const { live } = store.source;
  const { viewport, variant } = store.place;
  const spot = { page: store.doc.page, viewport: viewport.name, variant, state: store.state.id, kind: store.view.kind };
  const rows = ranked(store.elements, "clicks");
  const own = (words: string, run: () => void): HTMLElement => h("button", { type: "button", on: { click: run } }, words);
  const file = (words: string, what: string, form: string, more = {}): HTMLElement =>
    h("a", { href: live!.address("export", store.choice, { what, form, ...more }), download: "" }, words);
  const here = location.href;
  const common = [
    own("Elements as CSV", () => save("elements.csv", "text/csv", asCsv(rows))),
    own("Elements as JSON", () => save("elements.json", "application/json", JSON.stringify(rows, null, 1))),
    copyButton(here, "Copy the link to this view"),
    own("Print, or save as PDF", () => print()),
  ];
  if (!live) return common;
  return [
    file("Picture with heat, PNG", "picture", "png", spot),
    file("Picture with heat, WebP", "picture", "webp", spot),
    ...common,
    file("Pages, CSV", "pages", "csv"),
    file("Sessions, CSV", "sessions", "csv"),
    file("Events, CSV", "events", "csv"),
    file("Ledger, JSON", "ledger", "json"),
  ];
}

/** The table that is printed below the picture. */
export function printed(store: Store): HTMLElement {
  return elementTable(ranked(store.elements, "clicks"));
}
