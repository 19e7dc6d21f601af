/** The ledger, always in sight: what share of the events is placed, and why the others are not. */
import type { Counts, Ledger } from "./api.js";
import { count, counted, fill, h, percent } from "./dom.js";

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
export function measuredList(pairs: [string, string][]): HTMLElement | null {
  if (!pairs.length) return null;
  const rows = pairs.map(([text, value]) => h("div", {}, h("dt", {}, text), h("dd", {}, value)));
  return h("section", { className: "measured" }, h("h3", {}, "Placement, measured"), h("dl", {}, ...rows));
}

/** What the foot tells: the ledger of all, and that of the place that is looked at. */
export interface Foot {
  root: HTMLElement;
  all(ledger: Ledger | null, measured: [string, string][], line: string): void;
  here(words: string, ledger: Partial<Counts> | null): void;
}

export function ledgerFoot(): Foot {
  const panel = h("div", { className: "ledger-panel", hidden: true, id: "ledger-panel" });
  const button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": "ledger-panel" });
  const every = h("section");
  const here = h("section");
  const aside = h("section");
  fill(panel, every, here, aside);
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
  });
  return {
    root: h("footer", { className: "ledger", "aria-label": "Ledger" }, panel, button),
    all(ledger, measured, line) {
      fill(button, ...(ledger ? inSight(ledger, measured) : [h("span", { className: "line soft" }, line || "No events are placed yet")]));
      const left = Object.entries(ledger?.left_out ?? {}).filter(([, events]) => events);
      fill(
        every,
        h("h3", {}, "All pages"),
        ledger ? reasons(ledger) : null,
        left.length ? h("p", { className: "soft" }, `Not counted: ${left.map(([why, events]) => `${count(events)} ${why.replace(/_/g, " ")}`).join(", ")}`) : null,
      );
      fill(aside, measuredList(measured), line ? h("p", { className: "soft fresh" }, line) : null);
    },
    here(words, ledger) {
      if (ledger?.recorded === undefined || ledger.placed === undefined) return fill(here);
      const { recorded, placed, not_placed } = ledger;
      fill(here, h("h3", {}, words), reasons({ recorded, placed, not_placed: not_placed ?? {} }));
    },
  };
}

function inSight(ledger: Ledger, measured: [string, string][]): (HTMLElement | null)[] {
  const not = Object.values(ledger.not_placed).reduce((sum, events) => sum + events, 0);
  const error = measured.find(([text]) => text === "median");
  return [
    ledgerBar(ledger),
    h(
      "span",
      { className: "line" },
      h("span", { className: "long" }, `${count(ledger.placed)} of ${count(ledger.recorded)} events, `),
      h("strong", {}, percent(ledger.recorded ? ledger.placed / ledger.recorded : 1)),
      " placed",
    ),
    h("span", { className: "line soft" }, not ? `${counted(not, "events")} not placed: see why` : "every event is placed"),
    error ? h("span", { className: "line error" }, `placement error ${error[1]} median`) : null,
  ];
}
