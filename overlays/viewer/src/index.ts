/** The front of the report: searching and ordering its pages. */
import type { Shared } from "./data.js";
import { count } from "./dom.js";
import { ledgerBar, reasons } from "./ledger.js";

export function showIndex(doc: Shared): void {
  const ledger = document.querySelector("#ledger");
  ledger?.append(ledgerBar(doc.ledger), reasons(doc.ledger));
  const cards = [...document.querySelectorAll<HTMLElement>("#cards > li")];
  const list = document.querySelector("#cards");
  const query = document.querySelector<HTMLInputElement>("#find");
  const order = document.querySelector<HTMLSelectElement>("#order");
  const found = document.querySelector("#found");
  function show(): void {
    const words = (query?.value ?? "").toLowerCase().split(/\s+/);
    let shown = 0;
    for (const card of cards) {
      const text = card.textContent?.toLowerCase() ?? "";
      card.hidden = !words.every((word) => text.includes(word));
      shown += card.hidden ? 0 : 1;
    }
    if (found) found.textContent = shown === cards.length ? "" : `${count(shown)} of ${count(cards.length)} pages`;
  }
  function sort(): void {
    const key = order?.value ?? "visits";
    const number = (card: HTMLElement): number => Number(card.dataset[key] ?? 0);
    list?.append(...cards.sort((a, b) => number(b) - number(a)));
  }
  query?.addEventListener("input", show);
  order?.addEventListener("change", sort);
}
