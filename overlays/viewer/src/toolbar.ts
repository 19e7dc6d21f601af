/** Viewports, kinds of layers, opacity and size: what is shown, in one bar. */
import { count, fill, h, icon } from "./dom.js";
import { KEYS } from "./keys.js";
import type { Store } from "./store.js";
import { choices, placeAt, stateAt } from "./view.js";

const WINDOW = "M1.5 3.5h13v9h-13zM1.5 6h13";
const PHONE = "M4.5 1.5h7v13h-7zM7 12.5h2";
const WIDTH = "M1.5 3v10M14.5 3v10M4 8h8M6 5.5 3.5 8 6 10.5M10 5.5 12.5 8 10 10.5";
const FIT = "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4";

export function toolbar(store: Store): HTMLElement {
  const places = h("div", { className: "segments", role: "group", "aria-label": "Viewport" });
  const variants = h("div", { className: "segments", role: "group", "aria-label": "Variant" });
  const kinds = h("div", { className: "kinds", role: "group", "aria-label": "Layer" });
  fillPlaces(store, places);
  fillVariants(store, variants);
  fillKinds(store, kinds);
  const label = { className: "toolbar", "aria-label": "What is shown" };
  return h("section", label, h("div", { className: "where-at" }, places, anyWidth(store)), variants, kinds, opacity(store), zoom(store));
}

function fillPlaces(store: Store, group: HTMLElement): void {
  const { viewports } = choices(store.doc);
  const visits = viewports.map(() => h("small"));
  const buttons = viewports.map((name, index) => {
    const { viewport } = store.doc.places.find((place) => place.viewport.name === name)!;
    return h(
      "button",
      {
        type: "button",
        title: `${viewport.width} × ${viewport.height}`,
        "data-place": name,
        on: { click: () => goTo(store, name) },
      },
      icon(viewport.width < 600 ? PHONE : WINDOW),
      h("span", {}, name),
      visits[index]!,
    );
  });
  fill(group, ...buttons);
  store.listen(() => {
    const { viewport, variant } = store.place;
    viewports.forEach((name, index) => {
      visits[index]!.textContent = count(store.doc.places[placeAt(store.doc, name, variant)]?.visits ?? 0);
    });
    press(buttons, store.view.width ? -1 : viewports.indexOf(viewport.name));
  });
}

/** The picture at a viewport, in place of any width. */
function goTo(store: Store, viewport: string): void {
  const place = placeAt(store.doc, viewport, store.place.variant);
  store.set({ place, state: stateAt(store.doc.places[place]!, store.state.id), width: 0 });
}

/** A choice of variants, where the page has several. */
function fillVariants(store: Store, group: HTMLElement): void {
  const { variants } = choices(store.doc);
  group.hidden = variants.length < 2;
  const buttons = variants.map((variant) =>
    h(
      "button",
      {
        type: "button",
        title: variant ? `Variant ${variant}` : "The page as it comes, without a variant",
        "data-variant": variant,
        on: { click: () => store.setPlace(placeAt(store.doc, store.place.viewport.name, variant)) },
      },
      h("span", {}, variant || "main"),
    ),
  );
  fill(group, ...buttons);
  store.listen(() => press(buttons, variants.indexOf(store.place.variant)));
}

function fillKinds(store: Store, group: HTMLElement): void {
  // A kind of which nothing was recorded is not offered, but for clicks.
  const kinds = store.workspace.kinds.filter((kind) => kind.any || kind.name === "click" || kind.name === store.view.kind);
  const counts = kinds.map(() => h("small"));
  const buttons = kinds.map((kind, index) =>
    h(
      "button",
      {
        type: "button",
        title: `${kind.title}: ${kind.about} (key ${KEYS[kind.name] ?? "none"})`,
        "data-kind": kind.name,
        on: { click: () => store.set({ kind: kind.name }) },
      },
      h("span", {}, kind.short),
      counts[index]!,
    ),
  );
  fill(group, ...buttons);
  store.listen(({ view, detail }) => {
    kinds.forEach((kind, index) => {
      const layer = detail.layers[kind.name];
      counts[index]!.textContent = layer && !layer.empty ? count(layer.events) : "";
    });
    const chosen = kinds.findIndex((kind) => kind.name === view.kind);
    press(buttons, chosen);
    // There may be more kinds than the bar is wide.
    const [bar, button] = [group.getBoundingClientRect(), buttons[chosen]!.getBoundingClientRect()];
    if (button.right > bar.right - 24 || button.left < bar.left) group.scrollLeft += button.left - bar.left - 24;
  });
}

function press(buttons: HTMLButtonElement[], chosen: number): void {
  buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === chosen)));
}

function opacity(store: Store): HTMLElement {
  const value = h("output", { className: "value" });
  const slider = h("input", {
    type: "range",
    min: "0",
    max: "100",
    step: "5",
    id: "opacity",
    on: { input: () => store.set({ opacity: Number(slider.value) }) },
  });
  store.listen(({ view }) => {
    slider.value = String(view.opacity);
    value.textContent = `${view.opacity} %`;
  });
  return h("div", { className: "opacity" }, h("label", { htmlFor: "opacity" }, "Heat"), slider, value);
}

function zoom(store: Store): HTMLElement {
  const button = h(
    "button",
    { type: "button", className: "quiet zoom", on: { click: () => store.set({ fit: !store.view.fit }) } },
    icon(FIT),
  );
  store.listen(({ view }) => {
    const words = view.fit ? `Show in its own size, ${store.state.width} px wide` : "Fit to the window";
    button.title = words;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-pressed", String(!view.fit));
    button.hidden = view.width > 0;
  });
  return button;
}

/** The page laid out at any width, in place of its picture. */
function anyWidth(store: Store): HTMLElement {
  const button = h(
    "button",
    {
      type: "button", className: "width-mode", title: "Lay the page out at any width, with its heat (key w)",
      on: { click: () => store.set({ width: store.view.width ? 0 : store.state.width }) },
    },
    icon(WIDTH),
    h("span", {}, "Any width"),
  );
  store.listen(({ view }) => button.setAttribute("aria-pressed", String(view.width > 0)));
  return button;
}
