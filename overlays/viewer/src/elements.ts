/** Ranked elements: a list to walk through, the numbers of one, and all of them as a table. */
import { link } from "./address.js";
import type { ElementNumbers } from "./api.js";
import { count, counted, fill, h, percent } from "./dom.js";
import { save as saveFile } from "./download.js";
import { type Column, asCsv, matches, ranked } from "./ranking.js";
import { type Store, hasMoved } from "./store.js";
import { seconds } from "./tip.js";

/** What shows where an element is. */
export interface Pointing {
  reveal(element: ElementNumbers): void;
  hover(element: ElementNumbers | null): void;
}

const FEW = 40;
const ORDERS: [Column, string][] = [
  ["clicks", "most clicks"],
  ["visitShare", "share of visits"],
  ["ctr", "click-through"],
  ["seen", "seen by"],
  ["first", "first clicks"],
  ["dead", "dead clicks"],
  ["rage", "rage clicks"],
  ["error", "error clicks"],
];

export function elements(store: Store, canvas: Pointing): HTMLElement {
  const list = h("ol", { className: "element-list" });
  const order = h("select", { id: "order" }, ...ORDERS.map(([value, text]) => h("option", { value }, text)));
  const query = h("input", { type: "search", id: "find-element", placeholder: "Find by name or selector", "aria-label": "Find an element" });
  const more = h("button", { type: "button", className: "more" });
  const heading = h("h2", {}, "Elements");
  const detail = h("section", { className: "card detail", "aria-label": "Pinned element", hidden: true });
  let all = false;
  let buttons = new Map<number, HTMLButtonElement>();

  function show(): void {
    const column = order.value as Column;
    const words = query.value.trim();
    const found = ranked(store.elements, column).filter((element) => matches(element, words));
    // What is looked for by name may be what nobody clicked.
    if (words) found.push(...store.elements.filter((element) => !element.clicks && matches(element, words)));
    const shown = all ? found : found.slice(0, FEW);
    buttons = new Map(shown.map((element, index) => [element.i, row(store, canvas, element, index, column)]));
    fill(list, ...[...buttons.values()].map((button) => h("li", {}, button)));
    if (!found.length) fill(list, h("li", { className: "nothing" }, store.elements.some((element) => element.clicks) ? "No element fits." : "No clicks in this state."));
    more.hidden = all || found.length <= FEW;
    more.textContent = `Show all ${count(found.length)}`;
    fill(heading, "Elements ", h("small", {}, count(found.length)));
    mark();
  }
  function mark(): void {
    for (const [index, button] of buttons) button.setAttribute("aria-pressed", String(index === store.view.pinned));
    const pinned = store.elements.find((element) => element.i === store.view.pinned);
    detail.hidden = !pinned;
    if (pinned) fill(detail, ...details(store, pinned));
  }

  order.addEventListener("change", show);
  query.addEventListener("input", show);
  more.addEventListener("click", () => {
    all = true;
    show();
  });
  list.addEventListener("keydown", walk);
  store.listen((now, before) => {
    if (hasMoved(now, before)) all = false;
    if (hasMoved(now, before) || before?.detail.elements !== now.detail.elements) show();
    else if (before.view.pinned !== now.view.pinned) mark();
  });
  return h(
    "section",
    { className: "elements", "aria-label": "Ranked elements" },
    detail,
    h("header", {}, heading, tableButton(store)),
    h("div", { className: "find" }, query, h("label", { htmlFor: "order" }, "by"), order),
    list,
    more,
  );
}

function row(store: Store, canvas: Pointing, element: ElementNumbers, index: number, column: Column): HTMLButtonElement {
  const bar = h("span", { className: "share-bar" });
  bar.style.setProperty("--share", `${100 * (column === "visitShare" ? element.visitShare ?? 0 : element.share ?? 0)}%`);
  const signals = (["dead", "rage", "error"] as const)
    .filter((signal) => element[signal])
    .map((signal) => h("span", { className: `chip ${signal}` }, `${count(element[signal]!)} ${signal}`));
  return h(
    "button",
    {
      type: "button",
      title: element.selector,
      "data-element": element.i,
      on: {
        click: () => {
          store.set({ pinned: element.i === store.view.pinned ? -1 : element.i });
          canvas.reveal(element);
        },
        pointerenter: () => canvas.hover(element),
        pointerleave: () => canvas.hover(null),
        focus: () => canvas.hover(element),
        blur: () => canvas.hover(null),
      },
    },
    h("span", { className: "rank" }, String(index + 1)),
    h("span", { className: "name" }, element.name),
    h("span", { className: "clicks" }, count(element.clicks ?? 0)),
    h("span", { className: "share" }, percent(element.share ?? 0)),
    h("span", { className: "rest" }, `${percent(element.visitShare ?? 0)} of visits`, ...signals),
    bar,
  );
}

/** Arrow keys go through the list. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step) return;
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll("button")];
  const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

function details(store: Store, element: ElementNumbers): HTMLElement[] {
  const numbers: [string, string][] = [
    ["Clicks", count(element.clicks ?? 0)],
    ["of all clicks", percent(element.share ?? 0)],
    ["Visits that clicked", count(element.visits ?? 0)],
    ["of visits", percent(element.visitShare ?? 0)],
    ["Sessions", count(element.sessions ?? 0)],
    ["First clicks", count(element.first ?? 0)],
    ["Last clicks", count(element.last ?? 0)],
    ["Dead", count(element.dead ?? 0)],
    ["Rage", count(element.rage ?? 0)],
    ["Error", count(element.error ?? 0)],
    ...more(element),
  ];
  const close = h("button", { type: "button", className: "quiet", "aria-label": "Unpin", on: { click: () => store.set({ pinned: -1 }) } }, "×");
  return [
    h("header", {}, h("h2", {}, element.name), close),
    h("p", { className: "selector" }, h("code", {}, element.selector)),
    h("dl", {}, ...numbers.map(([words, value]) => h("div", {}, h("dt", {}, words), h("dd", {}, value)))),
    ...actions(store, element),
  ];
}

/** Numbers that not every element has. */
function more(element: ElementNumbers): [string, string][] {
  const found: [string, string][] = [];
  if (element.nearMiss) found.push(["Near misses", count(element.nearMiss)]);
  if (element.seen !== undefined) found.push(["Seen by, visits", count(element.seen)]);
  if (element.ctr !== undefined) found.push(["CTR of these", percent(element.ctr)]);
  if (element.firstMs) found.push(["Median to first", seconds(element.firstMs)]);
  return found;
}

function actions(store: Store, element: ElementNumbers): HTMLElement[] {
  if (!store.source.live || !element.clicks) return [];
  const words = { snapshot: store.state.snapshot, element: element.i, kind: store.kind.drawing === "boxes" ? "click" : store.view.kind };
  return [h("p", { className: "actions" }, h("a", { className: "plain", href: link("sessions", store.choice, words) }, "Sessions behind it"))];
}

function tableButton(store: Store): HTMLElement {
  return h("button", { type: "button", className: "quiet words", on: { click: () => openTable(store) } }, "Table");
}

const HEADS: [string, (element: ElementNumbers) => string | number][] = [
  ["Clicks", (element) => element.clicks ?? 0],
  ["Of clicks", (element) => percent(element.share ?? 0)],
  ["Of visits", (element) => percent(element.visitShare ?? 0)],
  ["Visits", (element) => element.visits ?? 0],
  ["Sessions", (element) => element.sessions ?? 0],
  ["Dead", (element) => element.dead ?? 0],
  ["Rage", (element) => element.rage ?? 0],
  ["Error", (element) => element.error ?? 0],
  ["First", (element) => element.first ?? 0],
  ["Last", (element) => element.last ?? 0],
  ["Seen by", (element) => element.seen ?? "–"],
  ["CTR", (element) => (element.ctr === undefined ? "–" : percent(element.ctr))],
  ["Median to first", (element) => (element.firstMs ? seconds(element.firstMs) : "–")],
];

/** All ranked elements of the state in a table, for reading and printing. */
export function elementTable(rows: ElementNumbers[]): HTMLTableElement {
  const head = h("tr", {}, h("th", { scope: "col" }, "Element"), ...HEADS.map(([text]) => h("th", { scope: "col" }, text)));
  const body = rows.map((element) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, element.name, h("code", {}, element.selector)),
      ...HEADS.map(([, value]) => {
        const found = value(element);
        return h("td", {}, typeof found === "number" ? count(found) : found);
      }),
    ),
  );
  return h("table", {}, h("thead", {}, head), h("tbody", {}, ...body));
}

function openTable(store: Store): void {
  const rows = ranked(store.elements, "clicks");
  const close = h("button", { type: "button", className: "quiet", "aria-label": "Close", on: { click: () => dialog.close() } }, "×");
  const save = h("button", { type: "button", className: "plain", on: { click: () => saveFile("elements.csv", "text/csv", asCsv(rows)) } }, "Download CSV");
  const dialog = h(
    "dialog",
    { className: "table-dialog", "aria-label": "All elements" },
    h("header", {}, h("h2", {}, `${store.state.label} · ${counted(rows.length, "elements")}`), save, close),
    h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Table of elements" }, elementTable(rows)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
