/** All pages with their numbers: searched, ordered, and grouped by routes. */
import { link } from "./address.js";
import type { PageSummary } from "./api.js";
import { copyButton } from "./copy.js";
import { count, fill, h, percent } from "./dom.js";
import { ledgerBar, measuredList, reasons } from "./ledger.js";
import { routeTester } from "./routes.js";
import type { Context, Shown } from "./screen.js";

type Order = "visits" | "clicks" | "frustrated" | "last" | "page";
const ORDERS: [Order, string][] = [
  ["visits", "most visits"],
  ["clicks", "most clicks"],
  ["frustrated", "most frustration"],
  ["last", "newest events"],
  ["page", "by name"],
];
/** So many cards are drawn at once. */
const FEW = 60;

export async function showPages(context: Context): Promise<Shown> {
  const { source, workspace, choice } = context;
  const doc = await source.pages(choice);
  const cards = h("ul", { id: "cards" });
  const query = h("input", { type: "search", id: "find", placeholder: "Find a page", "aria-label": "Find a page" });
  const order = h("select", { id: "order", "aria-label": "Order of the pages" }, ...ORDERS.map(([value, text]) => h("option", { value }, text)));
  const found = h("span", { id: "found", className: "soft", role: "status" });
  const more = h("button", { type: "button", className: "more", hidden: true }, "Show all");
  let most = FEW;
  function show(): void {
    const words = query.value.toLowerCase().split(/\s+/);
    const fitting = sorted(doc.pages, order.value as Order).filter((page) => words.every((word) => textOf(page).includes(word)));
    fill(cards, ...fitting.slice(0, most).map((page, index) => card(context, page, index < 6)));
    more.hidden = fitting.length <= most;
    more.textContent = `Show all ${count(fitting.length)}`;
    found.textContent = fitting.length === doc.pages.length ? "" : `${count(fitting.length)} of ${count(doc.pages.length)} pages`;
  }
  query.addEventListener("input", show);
  order.addEventListener("change", show);
  more.addEventListener("click", () => {
    most = Infinity;
    show();
  });
  show();
  const title = source.live ? workspace.name || "Pages" : workspace.name;
  const root = h(
    "main",
    { className: "front", id: "main", tabIndex: -1 },
    h("h1", {}, title),
    h("p", { className: "sub" }, subtitle(context, doc.totals.states, doc.totals.viewports, doc.total)),
    figures(context, doc.totals),
    ledgerCard(context),
    h("div", { className: "pages-head" }, h("h2", {}, "Pages"), found, query, order, source.live ? routeTester(source.live) : null),
    doc.pages.length ? cards : h("p", { className: "nothing" }, "No page was visited by this segment."),
    more,
    uncaptured(doc.uncaptured),
    h("p", { className: "foot" }, source.live
      ? `Heatreel ${workspace.tool}. ${workspace.freshness.line}`
      : `Made by Heatreel ${workspace.tool} from capture “${workspace.capture}”. It opens from disk and asks the network for nothing; filters, sessions and comparisons need heatreel serve.`),
  );
  return { title, root };
}

function subtitle(context: Context, states: number, viewports: string[], pages: number): string {
  const { workspace } = context;
  const where = workspace.where ? `; only where ${workspace.where}` : "";
  return `Capture “${workspace.capture}”: ${count(pages)} page${pages === 1 ? "" : "s"}, ${count(states)} states at ${viewports.join(", ")}${where}`;
}

function figures(context: Context, totals: { visits: number; clicks: number; frustrated: number }): HTMLElement {
  const { ledger, measured } = context.workspace;
  const pairs: [string, string][] = [
    [count(totals.visits), "visits"],
    [count(totals.clicks), "clicks and taps"],
    [share(totals.frustrated, totals.clicks), "dead, rage or error clicks"],
  ];
  if (ledger) pairs.push([share(ledger.placed, ledger.recorded), `of ${count(ledger.recorded)} events placed`]);
  if (measured[0]?.[0] === "median") pairs.push([measured[0][1], "placement error, median"]);
  return h("dl", { className: "figures" }, ...pairs.map(([value, words]) => h("div", {}, h("dt", {}, words), h("dd", {}, value))));
}

function share(part: number, whole: number): string {
  return whole ? percent(part / whole) : "–";
}

function ledgerCard(context: Context): HTMLElement | null {
  const { ledger, measured } = context.workspace;
  if (!ledger) return null;
  return h(
    "section",
    { className: "card front-ledger", "aria-label": "Ledger" },
    h("header", {}, h("h2", {}, "Ledger"), h("span", { className: "soft" }, "recorded = placed + not placed")),
    ledgerBar(ledger),
    reasons(ledger),
    measuredList(measured),
  );
}

function textOf(page: PageSummary): string {
  return `${page.page} ${page.title} ${page.url}`.toLowerCase();
}

function sorted(pages: PageSummary[], order: Order): PageSummary[] {
  const worst = (page: PageSummary): number => (page.clicks ? page.frustrated / page.clicks : 0);
  return [...pages].sort((a, b) => {
    if (order === "page") return a.page.localeCompare(b.page);
    if (order === "last") return b.last.localeCompare(a.last);
    if (order === "frustrated") return worst(b) - worst(a);
    return b[order] - a[order];
  });
}

function card(context: Context, page: PageSummary, soon: boolean): HTMLElement {
  const bad = page.clicks > 0 && page.frustrated / page.clicks > 0.1;
  const numbers: [string, string, boolean][] = [
    ["visits", count(page.visits), false],
    ["clicks", count(page.clicks), false],
    ["frustrated", share(page.frustrated, page.clicks), bad],
    ["states", count(page.states), false],
  ];
  const picture = page.card
    ? h("img", { src: page.card, alt: "", width: 720, height: 450, loading: soon ? "eager" : "lazy", decoding: "async" })
    : h("span", { className: "no-picture" });
  return h(
    "li",
    { "data-page": page.page },
    h(
      "a",
      { href: link("map", context.choice, { page: page.page }) },
      picture,
      h(
        "div",
        { className: "card-words" },
        h("h3", {}, page.page),
        h("p", {}, page.title || page.url),
        h("dl", {}, ...numbers.map(([words, value, high]) => h("div", {}, h("dt", {}, words), h("dd", { className: high ? "high" : "" }, value)))),
        h("p", { className: "last-event" }, page.last ? `last event ${page.last.slice(0, 16).replace("T", " ")}` : "no events yet", page.unknown ? ` · ${count(page.unknown)} states not captured` : ""),
      ),
    ),
  );
}

function uncaptured(pages: { page: string; events: number }[]): HTMLElement | null {
  if (!pages.length) return null;
  const command = "heatreel capture --learn";
  return h(
    "section",
    { className: "unseen" },
    h("h2", {}, "Seen by visitors, not captured"),
    h("ul", {}, ...pages.slice(0, 50).map(({ page, events }) => h("li", {}, h("span", {}, page), h("span", { className: "soft" }, `${count(events)} events`)))),
    h("div", { className: "copy-line" }, h("code", {}, command), copyButton(command)),
  );
}
