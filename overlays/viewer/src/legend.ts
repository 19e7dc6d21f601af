/** The legend: what the colours mean in numbers, and how much they rest on. */
import { fill, h } from "./dom.js";
import { type Store, stateOf } from "./view.js";

export function legend(store: Store): HTMLElement {
  const box = h("section", { className: "card legend", "aria-label": "Legend", "aria-live": "polite" });
  store.listen((view, before) => {
    if (before && before.place === view.place && before.state === view.state && before.kind === view.kind) return;
    const kind = store.doc.kinds.find((one) => one.name === view.kind)!;
    const layer = stateOf(store.doc, view).layers[view.kind]!;
    const sample = h("p", { className: "sample" }, layer.sample);
    const notes = layer.notes.map((note) => h("p", { className: "note" }, note));
    const segment = store.doc.where ? h("p", { className: "soft" }, `Only where ${store.doc.where}`) : null;
    fill(
      box,
      h("h2", {}, kind.title, " ", h("small", {}, kind.about)),
      layer.empty ? null : colourBar(store.doc.bars[kind.drawing], kind.drawing, layer.ticks, layer.bar),
      sample,
      segment,
      ...notes,
    );
  });
  return box;
}

function colourBar(stops: string[], drawing: string, ticks: [number, string][], words: string): HTMLElement {
  const bar = h("div", { className: `bar ${drawing}` });
  bar.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
  const numbers = h("div", { className: "ticks" });
  ticks.forEach(([place, text], index) => {
    const tick = h("span", {}, text);
    const last = index === ticks.length - 1 && place > 0.97;
    tick.style.left = `${100 * place}%`;
    tick.className = last ? "last" : place < 0.02 ? "first" : "";
    numbers.append(tick);
  });
  return h("figure", {}, bar, numbers, h("figcaption", {}, words));
}
