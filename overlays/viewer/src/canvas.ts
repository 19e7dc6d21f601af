/** The page's picture with the layer on it, boxes, lines, and what is under the pointer. */
import type { ElementNumbers, Layer, State } from "./data.js";
import { count, counted, fill, h, percent } from "./dom.js";
import { asPercent, elementAt } from "./geometry.js";
import { ranked } from "./ranking.js";
import { type Store, stateOf } from "./view.js";

const MOST_BOXES = 60;
const REACH_STEP = 20;

export interface Canvas {
  root: HTMLElement;
  /** Brings an element's box into the window. */
  reveal(element: ElementNumbers): void;
  /** Marks an element as if the pointer were on it. */
  hover(element: ElementNumbers | null): void;
}

export function canvas(store: Store): Canvas {
  const picture = h("div", { className: "picture", "aria-hidden": "true" });
  const heat = h("img", { alt: "", decoding: "async" });
  const heatBox = h("div", { className: "heat" }, heat);
  const marks = h("div", { className: "marks" });
  const hovered = h("div", { className: "box hovered", hidden: true });
  const pinned = h("div", { className: "box pinned", hidden: true });
  const tip = h("div", { className: "tip", hidden: true, "aria-hidden": "true" });
  const readout = h("div", { className: "readout", hidden: true }, h("span"));
  const stage = h("div", { className: "stage", role: "img" }, picture, heatBox, marks, readout, hovered, pinned, tip);
  const root = h("div", { className: "canvas" }, stage);

  const state = (): State => stateOf(store.doc, store.view);
  const layer = (): Layer => state().layers[store.view.kind]!;
  const under = (event: PointerEvent | MouseEvent): [x: number, y: number] => {
    const box = stage.getBoundingClientRect();
    const scale = state().width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  };

  function hover(element: ElementNumbers | null): void {
    hovered.hidden = tip.hidden = !element;
    if (!element) return;
    place(hovered, element, state());
    fill(tip, ...tipWords(element, state().clicks));
    placeTip(tip, element, state());
  }

  stage.addEventListener("pointermove", (event) => {
    const [x, y] = under(event);
    const reach = layer().reach;
    readout.hidden = !reach;
    if (reach) {
      readout.style.top = `${(100 * y) / state().height}%`;
      readout.firstElementChild!.textContent = `${reach[Math.floor(y / REACH_STEP)] ?? 0} % of visits saw this`;
      hover(null);
      return;
    }
    hover(elementAt(state().elements, x, y));
  });
  stage.addEventListener("pointerleave", () => {
    hover(null);
    readout.hidden = true;
  });
  stage.addEventListener("click", (event) => {
    const [x, y] = under(event);
    const element = elementAt(state().elements, x, y);
    store.set({ pinned: element && element.i !== store.view.pinned ? element.i : -1 });
  });

  store.listen((view, before) => {
    const moved = !before || before.place !== view.place || before.state !== view.state;
    if (moved) {
      fillPicture(picture, state());
      stage.style.aspectRatio = `${state().width} / ${state().height}`;
      hover(null);
    }
    if (moved || before.kind !== view.kind) {
      fillHeat(heat, layer(), state());
      fillMarks(marks, store, layer(), state());
      readout.hidden = true;
      const kind = store.doc.kinds.find((one) => one.name === view.kind)!;
      stage.setAttribute("aria-label", `${kind.title} on ${store.doc.page}: ${layer().sample}. The numbers are in the list of elements.`);
    }
    heatBox.style.opacity = marks.style.opacity = String(view.opacity / 100);
    root.classList.toggle("fit", view.fit);
    stage.style.width = view.fit ? "" : `${state().width}px`;
    stage.style.maxWidth = view.fit ? `${state().width}px` : "none";
    const pin = state().elements.find((element) => element.i === view.pinned);
    pinned.hidden = !pin;
    if (pin) place(pinned, pin, state());
  });

  return {
    root,
    hover,
    reveal(element) {
      place(hovered, element, state());
      hovered.hidden = false;
      hovered.scrollIntoView({ block: "center", inline: "nearest", behavior: "auto" });
    },
  };
}

function fillPicture(box: HTMLElement, state: State): void {
  const parts = state.picture.map(([top, height, src], index) => {
    const image = h("img", { src, alt: "", decoding: "async", loading: index ? "lazy" : "eager", draggable: false });
    image.style.top = `${(100 * top) / state.height}%`;
    // One px more than it needs, under the next part: scaled edges would let a hairline through.
    image.style.height = `calc(${(100 * height) / state.height}% + ${index < state.picture.length - 1 ? 1 : 0}px)`;
    return image;
  });
  fill(box, ...parts);
}

function fillHeat(heat: HTMLImageElement, layer: Layer, state: State): void {
  heat.hidden = !layer.src;
  if (!layer.src) {
    heat.removeAttribute("src");
    return;
  }
  heat.src = layer.src;
  heat.style.width = `${(100 * layer.size[0]) / state.width}%`;
  heat.style.height = `${(100 * layer.size[1]) / state.height}%`;
}

function fillMarks(box: HTMLElement, store: Store, layer: Layer, state: State): void {
  const drawing = store.doc.kinds.find((kind) => kind.name === store.view.kind)!.drawing;
  if (layer.empty) {
    fill(box, h("p", { className: "notice" }, layer.sample));
    return;
  }
  if (drawing === "boxes") {
    fill(box, ...boxes(store, state));
    return;
  }
  const lines = (layer.lines ?? []).map(([y, text]) => line(y, text, state, "reach-line"));
  const fold = layer.fold ? [line(layer.fold[0], layer.fold[1], state, "fold-line")] : [];
  // The fold first: words of other lines lie over its dashes.
  fill(box, ...fold, ...lines);
}

function line(y: number, text: string, state: State, className: string): HTMLElement {
  const found = h("div", { className }, h("span", {}, text));
  found.style.top = `${(100 * Math.min(y, state.height)) / state.height}%`;
  return found;
}

function boxes(store: Store, state: State): HTMLElement[] {
  const stops = store.doc.bars.boxes;
  const shown = ranked(state.elements, "clicks").slice(0, MOST_BOXES);
  const most = shown[0]?.share ?? 1;
  return shown.reverse().map((element) => {
    const heat = Math.round(((element.share ?? 0) / (most || 1)) * (stops.length - 1));
    const box = h(
      "div",
      { className: "box ranked" },
      h("span", {}, `${count(element.clicks ?? 0)} · ${percent(element.share ?? 0)}`),
    );
    box.style.setProperty("--heat", stops[heat]!);
    place(box, element, state);
    return box;
  });
}

function place(box: HTMLElement, element: ElementNumbers, state: State): void {
  Object.assign(box.style, asPercent(element.box, state.width, state.height));
}

function tipWords(element: ElementNumbers, clicks: number): (Node | string)[] {
  const name = h("strong", {}, element.name);
  if (!element.clicks) return [name, h("span", {}, clicks ? "no clicks" : "no clicks in this state")];
  const wrong = (["dead", "rage", "error"] as const)
    .filter((signal) => element[signal])
    .map((signal) => `${count(element[signal]!)} ${signal}`);
  return [
    name,
    h("span", {}, `${counted(element.clicks, "clicks")} · ${percent(element.share ?? 0)} of clicks`),
    h("span", {}, `${percent(element.visitShare ?? 0)} of visits · ${count(element.first ?? 0)} first clicks`),
    ...(wrong.length ? [h("span", { className: "wrong" }, wrong.join(" · "))] : []),
  ];
}

function placeTip(tip: HTMLElement, element: ElementNumbers, state: State): void {
  const [x, y, width, height] = element.box;
  const middle = Math.min(Math.max((x + width / 2) / state.width, 0.02), 0.98);
  const below = y < 160;
  tip.style.left = `${100 * middle}%`;
  tip.style.top = `${(100 * Math.min(below ? y + height : y, state.height)) / state.height}%`;
  tip.classList.toggle("below", below);
  tip.dataset["side"] = middle < 0.25 ? "start" : middle > 0.75 ? "end" : "middle";
}
