/** Viewports, kinds of layers, opacity and size: what is shown, in one bar. */
import { count, fill, h, icon } from "./dom.js";
import { KEYS } from "./keys.js";
import { type Store, choices, placeAt, placeOf, stateOf } from "./view.js";

const WINDOW = "M1.5 3.5h13v9h-13zM1.5 6h13";
const PHONE = "M4.5 1.5h7v13h-7zM7 12.5h2";
const FIT = "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4";

export function toolbar(store: Store): HTMLElement {
  const places = h("div", { className: "segments", role: "group", "aria-label": "Viewport" });
  const variants = h("div", { className: "segments", role: "group", "aria-label": "Variant" });
  const kinds = h("div", { className: "kinds", role: "group", "aria-label": "Layer" });
  fillPlaces(store, places);
  fillVariants(store, variants);
  fillKinds(store, kinds);
  const label = { className: "toolbar", "aria-label": "What is shown" };
  return h("section", label, places, variants, kinds, opacity(store), zoom(store));
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
        on: { click: () => store.setPlace(placeAt(store.doc, name, placeOf(store.doc, store.view).variant)) },
      },
      icon(viewport.width < 600 ? PHONE : WINDOW),
      h("span", {}, name),
      visits[index]!,
    );
  });
  fill(group, ...buttons);
  store.listen((view) => {
    const { viewport, variant } = placeOf(store.doc, view);
    viewports.forEach((name, index) => {
      visits[index]!.textContent = count(store.doc.places[placeAt(store.doc, name, variant)]!.visits);
    });
    press(buttons, viewports.indexOf(viewport.name));
  });
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
        on: { click: () => store.setPlace(placeAt(store.doc, placeOf(store.doc, store.view).viewport.name, variant)) },
      },
      h("span", {}, variant || "main"),
    ),
  );
  fill(group, ...buttons);
  store.listen((view) => press(buttons, variants.indexOf(placeOf(store.doc, view).variant)));
}

function fillKinds(store: Store, group: HTMLElement): void {
  const counts = store.doc.kinds.map(() => h("small"));
  const buttons = store.doc.kinds.map((kind, index) =>
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
  store.listen((view) => {
    const { layers } = stateOf(store.doc, view);
    store.doc.kinds.forEach((kind, index) => {
      const layer = layers[kind.name];
      counts[index]!.textContent = layer && !layer.empty ? count(layer.events) : "";
    });
    press(buttons, store.doc.kinds.findIndex((kind) => kind.name === view.kind));
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
  store.listen((view) => {
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
  store.listen((view) => {
    const words = view.fit ? `Show in its own size, ${stateOf(store.doc, view).width} px wide` : "Fit to the window";
    button.title = words;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-pressed", String(!view.fit));
    button.hidden = placeOf(store.doc, view).states.length === 0;
  });
  return button;
}
