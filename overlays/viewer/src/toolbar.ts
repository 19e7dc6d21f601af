/** Viewports, kinds of layers, opacity and size: what is shown, in one bar. */
import { placeKey } from "./data.js";
import { count, counted, fill, h, icon } from "./dom.js";
import { KEYS } from "./keys.js";
import { type Store, placeOf, stateOf } from "./view.js";

const WINDOW = "M1.5 3.5h13v9h-13zM1.5 6h13";
const PHONE = "M4.5 1.5h7v13h-7zM7 12.5h2";
const FIT = "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4";

export function toolbar(store: Store): HTMLElement {
  const places = h("div", { className: "segments", role: "group", "aria-label": "Viewport" });
  const kinds = h("div", { className: "kinds", role: "group", "aria-label": "Layer" });
  const bar = h("section", { className: "toolbar", "aria-label": "What is shown" }, places, kinds, opacity(store), zoom(store));
  fillPlaces(store, places);
  fillKinds(store, kinds);
  return bar;
}

function fillPlaces(store: Store, group: HTMLElement): void {
  const buttons = store.doc.places.map((place, index) =>
    h(
      "button",
      {
        type: "button",
        title: `${place.viewport.width} × ${place.viewport.height}, ${counted(place.visits, "visits")}`,
        "data-place": placeKey(place),
        on: { click: () => store.setPlace(index) },
      },
      icon(place.viewport.width < 600 ? PHONE : WINDOW),
      h("span", {}, place.variant ? `${place.viewport.name} · ${place.variant}` : place.viewport.name),
      h("small", {}, count(place.visits)),
    ),
  );
  fill(group, ...buttons);
  store.listen((view) => press(buttons, view.place));
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
