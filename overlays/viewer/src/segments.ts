/** Whose events are shown: conditions and dates, built by clicking and kept in the address. */
import { type Address, choiceOf, withWhere } from "./address.js";
import type { SegmentKey, SegmentsDocument } from "./api.js";
import { count, fill, h } from "./dom.js";
import type { Source } from "./source.js";

export interface Segments {
  root: HTMLElement;
  show(address: Address): void;
}

export function segments(source: Source): Segments {
  const chips = h("ul", { className: "chips", "aria-label": "Conditions" });
  const add = h("button", { type: "button", className: "plain small", "aria-haspopup": "dialog" }, "+ Filter");
  const dates = h("button", { type: "button", className: "plain small", "aria-haspopup": "dialog" }, "Dates");
  const root = h("section", { className: "filter", "aria-label": "Segment" }, h("span", { className: "soft" }, "Showing"), chips, add, dates);
  let address: Address = { screen: "pages", words: new URLSearchParams() };
  const set = (where: string[]): void => void (location.hash = withWhere(address, where));
  const known = (): Promise<SegmentsDocument> => source.live!.segments(choiceOf(address));
  add.addEventListener("click", () => void known().then((doc) => openKeys(doc, (condition) => set([...choiceOf(address).where, condition]))));
  dates.addEventListener("click", () => {
    void known().then((doc) => openDates(doc, choiceOf(address).where, set));
  });
  return {
    root,
    show(next) {
      address = next;
      const { where } = choiceOf(next);
      add.hidden = dates.hidden = !source.live;
      const shown = where.map((condition, index) => chip(condition, source.live ? () => set(where.filter((_one, at) => at !== index)) : null));
      fill(chips, ...(shown.length ? shown : [h("li", { className: "everybody" }, source.live ? "everybody" : "everybody in this report")]));
      dates.textContent = datesOf(where) || "All dates";
    },
  };
}

function chip(condition: string, remove: (() => void) | null): HTMLElement {
  const button = remove
    ? h("button", { type: "button", "aria-label": `Remove ${condition}`, on: { click: remove } }, "×")
    : null;
  return h("li", { className: "chip-on" }, h("code", {}, condition), button);
}

function datesOf(where: string[]): string {
  const [from] = where.filter((one) => one.startsWith("time>")).map((one) => one.slice(5));
  const [to] = where.filter((one) => one.startsWith("time<")).map((one) => one.slice(5));
  return from || to ? `${from ?? "…"} – ${to ?? "…"}` : "";
}

/** A dialog that goes when it is closed. */
export function openDialog(label: string, className: string, ...children: (Node | null)[]): HTMLDialogElement {
  const close = h("button", { type: "button", className: "quiet", "aria-label": "Close", on: { click: () => dialog.close() } }, "×");
  const dialog = h("dialog", { className, "aria-label": label }, h("header", {}, h("h2", {}, label), close), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Choosing a key, then how and what. */
function openKeys(doc: SegmentsDocument, add: (condition: string) => void): void {
  const list = h("div", { className: "key-list", role: "group", "aria-label": "What about" });
  const values = h("div", { className: "value-list" });
  const buttons = doc.keys.map((key) =>
    h("button", { type: "button", "aria-pressed": "false", on: { click: () => choose(key) } }, key.key, key.values.length ? h("small", {}, count(key.values.length + key.more)) : null),
  );
  const dialog = openDialog("Filter", "filter-dialog", h("div", { className: "two" }, list, values));
  fill(list, ...buttons);
  function choose(key: SegmentKey): void {
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(doc.keys[index] === key)));
    fill(values, ...valueForm(key, (condition) => {
      dialog.close();
      add(condition);
    }));
  }
  if (doc.keys[0]) choose(doc.keys[0]);
}

const SAID: Record<string, string> = { "=": "is", "!=": "is not", "~": "contains", "<": "less than", ">": "more than" };

function valueForm(key: SegmentKey, add: (condition: string) => void): HTMLElement[] {
  const operator = h("select", { "aria-label": `How ${key.key} compares` }, ...key.operators.map((one) => h("option", { value: one }, SAID[one] ?? one)));
  const text = h("input", { type: key.kind === "number" ? "number" : "search", placeholder: "Value", "aria-label": "Value", step: "any" });
  const use = (value: string): void => {
    if (value) add(`${key.key}${operator.value}${value}`);
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter") use(text.value.trim());
  });
  const most = Math.max(...key.values.map(([, sessions]) => sessions), 1);
  const rows = key.values.map(([value, sessions]) => {
    const bar = h("span", { className: "share-bar" });
    bar.style.setProperty("--share", `${(100 * sessions) / most}%`);
    return h("li", {}, h("button", { type: "button", on: { click: () => use(value) } }, h("span", {}, value || "(empty)"), h("small", {}, count(sessions)), bar));
  });
  return [
    h("div", { className: "find" }, operator, text, h("button", { type: "button", className: "plain", on: { click: () => use(text.value.trim()) } }, "Apply")),
    h("ul", { className: "values" }, ...rows),
    key.more ? h("p", { className: "soft" }, `${count(key.more)} more values: type one`) : h("span"),
  ];
}

function openDates(doc: SegmentsDocument, where: string[], set: (where: string[]) => void): void {
  const rest = where.filter((one) => !/^time[<>]/.test(one));
  const value = (sign: string): string => where.find((one) => one.startsWith(`time${sign}`))?.slice(5) ?? "";
  const from = h("input", { type: "date", "aria-label": "From", value: value(">").slice(0, 10) });
  const to = h("input", { type: "date", "aria-label": "Until, not included", value: value("<").slice(0, 10) });
  const most = Math.max(...doc.days.map(([, sessions]) => sessions), 1);
  const days = doc.days.slice(-60).map(([date, sessions]) => {
    const day = h("button", { type: "button", title: `${date}: ${count(sessions)} sessions`, "aria-label": `${date}, ${count(sessions)} sessions` }, h("span"));
    (day.firstElementChild as HTMLElement).style.height = `${Math.max((100 * sessions) / most, 3)}%`;
    day.addEventListener("click", () => {
      from.value = date;
      to.value = next(date);
    });
    return day;
  });
  const apply = (): void => {
    dialog.close();
    set([...rest, ...(from.value ? [`time>${from.value}`] : []), ...(to.value ? [`time<${to.value}`] : [])]);
  };
  const clear = (): void => {
    dialog.close();
    set(rest);
  };
  const dialog = openDialog(
    "Dates", "dates-dialog",
    h("div", { className: "days", role: "group", "aria-label": "Sessions by day" }, ...days),
    h("div", { className: "find" }, h("label", {}, "from ", from), h("label", {}, "until before ", to)),
    h("div", { className: "find ends" }, h("button", { type: "button", className: "plain", on: { click: clear } }, "All dates"), h("button", { type: "button", className: "primary", on: { click: apply } }, "Apply")),
  );
}

function next(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}
