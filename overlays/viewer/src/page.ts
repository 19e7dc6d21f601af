/** A page of the report: one page of the site in all its viewports and states. */
import { canvas } from "./canvas.js";
import type { PageDocument } from "./data.js";
import { fill, h } from "./dom.js";
import { elementTable, elements } from "./elements.js";
import { listenForKeys, showKeys } from "./keys.js";
import { ledgerFoot } from "./ledger.js";
import { legend } from "./legend.js";
import { ranked } from "./ranking.js";
import { states } from "./states.js";
import { toolbar } from "./toolbar.js";
import { Store, fromHash, stateOf, toHash } from "./view.js";

export function showPage(doc: PageDocument, root: HTMLElement): void {
  const store = new Store(doc, fromHash(doc, location.hash));
  const stage = canvas(store);
  const printed = h("div", { className: "printed" });
  fill(
    root,
    toolbar(store),
    h(
      "div",
      { className: "work" },
      states(store),
      h("main", { className: "middle", id: "main" }, stage.root),
      h("aside", { className: "side", "aria-label": "Numbers" }, legend(store), elements(store, stage)),
    ),
    printed,
    ledgerFoot(store),
  );
  listenForKeys(store, (index) => {
    const element = stateOf(doc, store.view).elements.find((one) => one.i === index);
    if (element) stage.reveal(element);
  });
  keepInHash(store);
  addEventListener("beforeprint", () => fill(printed, elementTable(ranked(stateOf(doc, store.view).elements, "clicks"))));
  document.querySelector("#keys")?.addEventListener("click", () => showKeys(store));
  switchPages();
}

function keepInHash(store: Store): void {
  store.listen((view, before) => {
    if (before) history.replaceState(null, "", toHash(store.doc, view));
  });
  addEventListener("hashchange", () => store.set(fromHash(store.doc, location.hash)));
}

/** The list of pages in the head goes to the page that is chosen. */
function switchPages(): void {
  const list = document.querySelector<HTMLSelectElement>("#pages");
  list?.addEventListener("change", () => {
    // Only names that the report itself wrote: page-1.html, page-2.html, ...
    if (/^page-\d+\.html$/.test(list.value)) location.href = list.value;
  });
}
