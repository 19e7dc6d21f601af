/** Two captures, viewports, variants, states or segments beside each other, on one scale, with what changed. */
import { format } from "./address.js";
import type { Change, CompareDocument, PageDocument, Side } from "./api.js";
import { changeTable } from "./changes.js";
import { count, fill, h, percent } from "./dom.js";
import { layered } from "./layered.js";
import { message } from "./message.js";
import type { Context, Shown } from "./screen.js";

const MODES = ["side by side", "slider", "difference"] as const;
type Mode = (typeof MODES)[number];
/** What a side may differ in. */
const AXES = ["capture", "viewport", "variant", "state", "segment"] as const;

export async function showCompare(context: Context): Promise<Shown> {
  const { source, choice, address, workspace } = context;
  const page = address.words.get("page") || (await source.pages(choice)).pages[0]?.page;
  if (!page) return { title: "Compare", root: message("There is nothing to compare yet.", "Capture pages first: heatreel capture URL") };
  const doc = await source.page(choice, page);
  const place = doc.places.find((one) => one.viewport.name === address.words.get("viewport")) ?? doc.places[0]!;
  const against = address.words.getAll("against");
  const offered = against.length ? against : [firstAgainst(context, doc, place.viewport.name, place.variant)].filter(Boolean);
  const out = h("div", { className: "compared" });
  const spot = {
    page, viewport: place.viewport.name, variant: address.words.get("variant") ?? place.variant,
    state: address.words.get("state") ?? "", kind: address.words.get("kind") ?? "click",
  };
  const root = h(
    "main",
    { className: "front wide", id: "main", tabIndex: -1 },
    h("h1", {}, "Compare"),
    form(context, doc, spot, offered),
    out,
  );
  if (!offered.length) fill(out, h("p", { className: "nothing" }, "Choose what to compare with: a filter such as touch=true, or capture the page once more with another label."));
  else {
    try {
      fill(out, ...drawn(await source.live!.compare(choice, { ...spot, against: offered }), workspace.bars["density"] ?? []));
    } catch (error) {
      fill(out, h("p", { className: "note" }, error instanceof Error ? error.message : String(error)));
    }
  }
  return { title: `Compare ${page}`, root };
}

/** Another capture if there is one, else another viewport or variant. */
function firstAgainst(context: Context, doc: PageDocument, viewport: string, variant: string): string {
  const other = context.workspace.captures.find((one) => one.label !== context.workspace.capture && one.replayed);
  if (other) return `capture=${other.label}`;
  const arm = doc.places.find((place) => place.viewport.name === viewport && place.variant !== variant);
  if (arm) return `variant=${arm.variant}`;
  const wide = doc.places.find((place) => place.viewport.name !== viewport);
  return wide ? `viewport=${wide.viewport.name}` : "";
}

function form(context: Context, doc: PageDocument, spot: Record<string, string>, against: string[]): HTMLElement {
  const set = (words: Record<string, string | string[]>): void => {
    const query = new URLSearchParams(context.address.words);
    for (const [key, value] of Object.entries({ ...spot, against, ...words })) {
      query.delete(key);
      for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(key, one);
    }
    context.go(format("compare", query));
  };
  const pick = (words: string, values: [string, string][], value: string, then: (value: string) => void): HTMLElement => {
    const list = h("select", {}, ...values.map(([one, text]) => h("option", { value: one, selected: one === value }, text)));
    list.addEventListener("change", () => then(list.value));
    return h("label", {}, `${words} `, list);
  };
  const viewports = [...new Set(doc.places.map((place) => place.viewport.name))];
  const variants = [...new Set(doc.places.map((place) => place.variant))];
  const states = doc.places.find((place) => place.viewport.name === spot["viewport"])?.states ?? [];
  const [axis = "", value = ""] = (against[0] ?? "").split(/=(.*)/s);
  const known = (AXES as readonly string[]).includes(axis) ? axis : against.length ? "segment" : "";
  const options: Record<string, [string, string][]> = {
    capture: context.workspace.captures.filter((one) => one.replayed).map((one) => [one.label, one.label]),
    viewport: viewports.map((one) => [one, one]),
    variant: variants.map((one) => [one, one || "main"]),
    state: states.map((one) => [one.id, one.label]),
  };
  const same = (list: string[]): [string, string][] => list.map((one) => [one, one || "main"]);
  const segment = h("input", { type: "search", placeholder: "touch=true", value: known === "segment" ? against.join(" ") : "", "aria-label": "Segment of the other side" });
  segment.addEventListener("change", () => set({ against: segment.value.split(/\s+/).filter(Boolean) }));
  const offered = options[known];
  return h(
    "div",
    { className: "compare-form card" },
    pick("Viewport", same(viewports), spot["viewport"] ?? "", (one) => set({ viewport: one })),
    variants.length > 1 ? pick("Variant", same(variants), spot["variant"] ?? "", (one) => set({ variant: one })) : null,
    pick("State", states.map((one) => [one.id, one.label]), spot["state"] || "default", (one) => set({ state: one })),
    h("span", { className: "against" }, "against"),
    pick("other", [["", "choose"], ...AXES.map((one): [string, string] => [one, one])], known, (one) => {
      const first = options[one]?.find(([name]) => name !== (one === "capture" ? context.workspace.capture : spot[one]));
      set({ against: one === "segment" ? "touch=true" : first ? `${one}=${first[0]}` : "" });
    }),
    offered ? pick("named", offered, value, (one) => set({ against: `${known}=${one}` })) : known === "segment" ? segment : null,
  );
}

function drawn(doc: CompareDocument, stops: string[]): (HTMLElement | null)[] {
  const stage = h("div", { className: "compare-stage" });
  const show = (mode: Mode): void => {
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(MODES[index] === mode)));
    fill(stage, mode === "slider" ? slider(doc) : mode === "difference" ? difference(doc) : beside(doc));
  };
  const modes = MODES.filter((mode) => mode !== "difference" || doc.difference);
  const buttons = modes.map((mode) => h("button", { type: "button", "data-mode": mode, on: { click: () => show(mode) } }, mode));
  show("side by side");
  return [
    h("div", { className: "compare-bar" }, h("div", { className: "segments", role: "group", "aria-label": "How to compare" }, ...buttons), scale(doc, stops)),
    stage,
    h("h2", {}, "What changed"),
    totals(doc.totals),
    changeTable(doc.elements, doc.names),
  ];
}

function scale(doc: CompareDocument, stops: string[]): HTMLElement {
  const layer = doc.sides[1].layer;
  const bar = h("div", { className: "bar" });
  bar.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
  return h("div", { className: "one-scale" }, h("span", { className: "soft" }, "one scale for both, events for each 1,000 visits"), bar, h("span", {}, layer.ticks.at(-1)?.[1] ?? ""));
}

function caption(side: Side): HTMLElement {
  const lost = side.lost ? ` · ${count(side.lost)} events have no place on the other side` : "";
  return h("p", { className: "side-words" }, h("strong", {}, side.name), h("span", { className: "soft" }, ` ${count(side.visits)} visits · ${count(side.clicks)} clicks${lost}`));
}

function beside(doc: CompareDocument): HTMLElement {
  return h("div", { className: "beside" }, ...doc.sides.map((side) => h("figure", {}, caption(side), layered(side.state.picture, side.state, side.layer))));
}

/** One over the other; a range moves the line between them, and takes the keys. */
function slider(doc: CompareDocument): HTMLElement {
  const [before, after] = doc.sides;
  const over = layered(before.state.picture, before.state, before.layer);
  over.classList.add("over");
  const range = h("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": `Line between ${before.name} and ${after.name}` });
  const box = h("div", { className: "one-over-other" }, layered(after.state.picture, after.state, after.layer), over, range);
  const move = (): void => box.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", move);
  move();
  return h("div", {}, h("div", { className: "captions" }, caption(before), caption(after)), box);
}

function difference(doc: CompareDocument): HTMLElement {
  const after = doc.sides[1];
  return h("div", {}, h("p", { className: "side-words" }, doc.difference!.bar), layered(after.state.picture, after.state, doc.difference));
}

function totals(changes: Change[]): HTMLElement {
  return h(
    "dl",
    { className: "figures" },
    ...changes.map((one) =>
      h("div", {}, h("dt", {}, one.name, one.significant ? " · significant" : ""), h("dd", {}, percent(one.before.share), h("span", { className: "arrow" }, " → "), percent(one.after.share))),
    ),
  );
}
