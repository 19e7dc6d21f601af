/** The ledger, always in sight: what share of the events is placed, and why the others are not. */
import type { Counts, Shared } from "./data.js";
import { count, counted, fill, h, percent } from "./dom.js";
import { type Store, placeOf } from "./view.js";

/** A bar of all events: the placed ones, then one part for each reason. */
export function ledgerBar(ledger: Counts): HTMLElement {
  const parts: [string, number][] = [["placed", ledger.placed], ...Object.entries(ledger.not_placed)];
  const bar = h("div", { className: "ledger-bar", role: "img", "aria-label": words(ledger) });
  for (const [reason, events] of parts) {
    if (!events) continue;
    const part = h("span", { title: `${reason.replace(/_/g, " ")}: ${count(events)}`, "data-reason": reason });
    part.style.flexGrow = String(events);
    bar.append(part);
  }
  return bar;
}

/** The ledger in a sentence. */
export function words(ledger: Counts): string {
  const share = ledger.recorded ? ledger.placed / ledger.recorded : 1;
  return `${count(ledger.placed)} of ${count(ledger.recorded)} events placed (${percent(share)})`;
}

/** Each reason with its number. */
export function reasons(ledger: Counts): HTMLElement {
  const rows: [string, number][] = [["placed", ledger.placed], ...Object.entries(ledger.not_placed)];
  return h(
    "ul",
    { className: "reasons" },
    ...rows.map(([reason, events]) =>
      h(
        "li",
        { "data-reason": reason },
        h("span", { className: "dot" }),
        h("span", {}, reason.replace(/_/g, " ")),
        h("strong", {}, count(events)),
        h("small", {}, percent(ledger.recorded ? events / ledger.recorded : 0)),
      ),
    ),
  );
}

/** The measured error of placement, or nothing when none was measured. */
export function measured(doc: Shared): HTMLElement | null {
  if (!doc.measured.length) return null;
  const pairs = doc.measured.map(([text, value]) => h("div", {}, h("dt", {}, text), h("dd", {}, value)));
  return h("section", { className: "measured" }, h("h3", {}, "Placement, measured"), h("dl", {}, ...pairs));
}

export function ledgerFoot(store: Store): HTMLElement {
  const { doc } = store;
  const here = h("section");
  const panel = h(
    "div",
    { className: "ledger-panel", hidden: true, id: "ledger-panel" },
    h("section", {}, h("h3", {}, "All pages"), reasons(doc.ledger)),
    here,
    measured(doc),
  );
  const not = Object.values(doc.ledger.not_placed).reduce((sum, events) => sum + events, 0);
  const error = doc.measured.find(([text]) => text === "median");
  const button = h(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": "ledger-panel" },
    ledgerBar(doc.ledger),
    h(
      "span",
      { className: "line" },
      h("span", { className: "long" }, `${count(doc.ledger.placed)} of ${count(doc.ledger.recorded)} events, `),
      h("strong", {}, percent(doc.ledger.recorded ? doc.ledger.placed / doc.ledger.recorded : 1)),
      " placed",
    ),
    h("span", { className: "line soft" }, not ? `${counted(not, "events")} not placed: see why` : "every event is placed"),
    error ? h("span", { className: "line error" }, `placement error ${error[1]} median`) : null,
  );
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  });
  store.listen((view, before) => {
    if (before && before.place === view.place) return;
    const place = placeOf(doc, view);
    const { recorded, placed, not_placed } = place.ledger;
    if (recorded === undefined || placed === undefined) return fill(here);
    const heading = `This page, ${place.viewport.name}`;
    fill(here, h("h3", {}, heading), reasons({ recorded, placed, not_placed: not_placed ?? {} }));
  });
  return h("footer", { className: "ledger", "aria-label": "Ledger" }, panel, button);
}
