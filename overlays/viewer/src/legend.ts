/** The legend: what the colours mean in numbers, and how much they rest on. */
import { fill, h } from "./dom.js";
import type { Store } from "./store.js";

export function legend(store: Store): HTMLElement {
  const box = h("section", { className: "card legend", "aria-label": "Legend" });
  store.listen((now, before) => {
    if (before && before.detail === now.detail && before.view.kind === now.view.kind) return;
    const { kind, layer } = store;
    if (!layer) return fill(box, h("h2", {}, kind.title), h("p", { className: "sample" }, "There is no such layer here"));
    const bar = layer.swatches?.length
      ? h("ul", { className: "swatches" }, ...layer.swatches.map(([colour, words]) => h("li", {}, swatch(colour), words)))
      : colourBar(store.workspace.bars[kind.drawing], kind.drawing, layer.ticks, layer.bar);
    fill(
      box,
      h("h2", {}, layer.title || kind.title, " ", h("small", {}, kind.about)),
      layer.empty ? null : bar,
      h("p", { className: "sample", role: "status" }, layer.sample),
      now.doc.where ? h("p", { className: "soft" }, `Only where ${now.doc.where}`) : null,
      ...layer.notes.map((note) => h("p", { className: "note" }, note)),
      ...(layer.details ?? []).map((detail) => h("p", { className: "soft detail-line" }, detail)),
    );
  });
  return box;
}

function swatch(colour: string): HTMLElement {
  const dot = h("span", { className: "swatch" });
  dot.style.backgroundColor = colour;
  return dot;
}

function colourBar(stops: string[] = [], drawing: string, ticks: [number, string][], words: string): HTMLElement {
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
