/** The table of changes: both shares, the change with its interval of 95 %, and whether it is more than chance. */
import type { ElementChange } from "./api.js";
import { count, h, percent } from "./dom.js";

const FEW = 100;

export function changeTable(changes: ElementChange[], names: [string, string]): HTMLElement {
  if (!changes.length) return h("p", { className: "nothing" }, "No element was clicked on either side.");
  const widest = Math.max(...changes.flatMap(({ change }) => [Math.abs(change.low), Math.abs(change.high)]), 0.001);
  const heads = ["Element", names[0], names[1], "Change", "95 % interval"];
  return h(
    "div",
    { className: "scroll card flat", tabIndex: 0, role: "region", "aria-label": "Changes of elements" },
    h(
      "table",
      { className: "changes" },
      h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...changes.slice(0, FEW).map((one) => row(one, widest))),
    ),
    changes.length > FEW ? h("p", { className: "soft" }, `and ${count(changes.length - FEW)} more with fewer clicks`) : null,
  );
}

function row(one: ElementChange, widest: number): HTMLElement {
  const { value, low, high } = one.change;
  const place = (share: number): number => 50 + (50 * share) / widest;
  const line = h("span", { className: "interval" });
  const dot = h("span", { className: "dot" });
  line.style.left = `${place(low)}%`;
  line.style.width = `${place(high) - place(low)}%`;
  dot.style.left = `${place(value)}%`;
  return h(
    "tr",
    { className: one.significant ? "significant" : "" },
    h("th", { scope: "row" }, one.name, h("code", {}, one.selector)),
    h("td", {}, percent(one.before.share), h("small", {}, ` ${count(one.before.count)}`)),
    h("td", {}, percent(one.after.share), h("small", {}, ` ${count(one.after.count)}`)),
    h("td", {}, h("strong", {}, points(value)), one.significant ? h("small", {}, " significant") : null),
    h("td", {}, h("span", { className: "forest", "aria-hidden": "true" }, line, dot), h("small", {}, `${points(low)} to ${points(high)}`)),
  );
}

/** A difference of shares in percentage points. */
function points(value: number): string {
  const rounded = (100 * value).toFixed(1);
  return `${value > 0 ? "+" : ""}${rounded} pp`;
}
