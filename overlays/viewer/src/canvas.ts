/** The page's picture with the layer on it, boxes, lines, and what is under the pointer. */
import type { ElementNumbers, Layer, State } from "./api.js";
import { selectArea } from "./area.js";
import { count, fill, h, percent } from "./dom.js";
import { asPercent, elementAt } from "./geometry.js";
import { ranked } from "./ranking.js";
import { type Store, hasMoved } from "./store.js";
import { placeTip, tipWords } from "./tip.js";

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

  const state = (): State => store.state;
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
    placeTip(tip, element.box, state().width, state().height);
  }

  stage.addEventListener("pointermove", (event) => {
    const [x, y] = under(event);
    const words = told(store.layer, y);
    readout.hidden = !words;
    if (words) {
      readout.style.top = `${(100 * y) / state().height}%`;
      readout.firstElementChild!.textContent = words;
      hover(null);
      return;
    }
    hover(elementAt(store.elements, x, y));
  });
  stage.addEventListener("pointerleave", () => {
    hover(null);
    readout.hidden = true;
  });
  stage.addEventListener("click", (event) => {
    const [x, y] = under(event);
    const element = elementAt(store.elements, x, y);
    store.set({ pinned: element && element.i !== store.view.pinned ? element.i : -1 });
  });

  selectArea(store, stage, under);
  store.listen((now, before) => {
    const { view } = now;
    root.hidden = view.width > 0;
    const moved = hasMoved(now, before);
    if (before?.detail.snapshot !== now.detail.snapshot) {
      fillPicture(picture, state());
      stage.style.aspectRatio = `${state().width} / ${state().height}`;
      hover(null);
    }
    if (moved || now.detail !== before?.detail || before.view.kind !== view.kind) {
      fillHeat(heat, store.layer, state());
      fillMarks(marks, store, store.layer, state());
      readout.hidden = true;
      const { title } = store.kind;
      stage.setAttribute("aria-label", `${title} on ${store.doc.page}: ${store.layer?.sample ?? ""}. The numbers are in the list of elements.`);
    }
    heatBox.style.opacity = marks.style.opacity = String(view.opacity / 100);
    root.classList.toggle("fit", view.fit);
    stage.style.width = view.fit ? "" : `${state().width}px`;
    stage.style.maxWidth = view.fit ? `${state().width}px` : "none";
    if (before && before.view.pinned >= 0 && view.pinned < 0) hover(null);
    const pin = store.elements.find((element) => element.i === view.pinned);
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

/** What a layer of depths says of the place under the pointer. */
function told(layer: Layer | undefined, y: number): string {
  const at = Math.floor(y / REACH_STEP);
  if (layer?.reach) return `${layer.reach[at] ?? 0} % of visits saw this`;
  if (layer?.dwell) return `${(layer.dwell[at] ?? 0).toFixed(1)} s on screen on average`;
  return "";
}

function fillHeat(heat: HTMLImageElement, layer: Layer | undefined, state: State): void {
  heat.hidden = !layer?.src;
  if (!layer?.src) {
    heat.removeAttribute("src");
    return;
  }
  heat.src = layer.src;
  heat.style.width = `${(100 * layer.size[0]) / state.width}%`;
  heat.style.height = `${(100 * layer.size[1]) / state.height}%`;
}

function fillMarks(box: HTMLElement, store: Store, layer: Layer | undefined, state: State): void {
  if (!layer || layer.empty) {
    fill(box, h("p", { className: "notice" }, layer?.sample ?? "There is no such layer here"));
    return;
  }
  if (store.kind.drawing === "boxes") {
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
  const stops = store.workspace.bars.boxes;
  const shown = ranked(store.elements, "clicks").slice(0, MOST_BOXES);
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
