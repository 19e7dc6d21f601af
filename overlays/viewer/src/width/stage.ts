/** Any width: the captured page laid out anew at a chosen width, with its heat on the elements it belongs to. */
import type { ElementNumbers, HitsDocument } from "../api.js";
import { count, counted, fill, h, percent } from "../dom.js";
import { placeTip, tipWords } from "../tip.js";
import { type Now, type Store, hasMoved } from "../store.js";
import { NARROWEST, placeOf, stateOf } from "../view.js";
import { type Bound, type Found, bind, find } from "./bind.js";
import { boxOf } from "./find.js";
import { drawPage } from "./frame.js";
import { CELL, type Scale, coloured, density, paletteOf } from "./heat.js";
import { ruler } from "./ruler.js";

export interface WidthStage {
  root: HTMLElement;
  reveal(element: ElementNumbers): void;
  hover(element: ElementNumbers | null): void;
}

/** Widths are dragged up to this one. */
export const MOST = 1920;
const TOP = { x: 0, y: 0 };

export function widthStage(store: Store): WidthStage {
  const scroller = h("div", { className: "scroller", tabIndex: 0, role: "region", "aria-label": "The page at this width" });
  const spacer = h("div");
  scroller.append(spacer);
  const heat = h("canvas", { className: "heat-canvas", "aria-hidden": "true" });
  const hovered = h("div", { className: "box hovered", hidden: true });
  const pinned = h("div", { className: "box pinned", hidden: true });
  const tip = h("div", { className: "tip", hidden: true, "aria-hidden": "true" });
  const grip = h("div", {
    className: "grip", role: "separator", tabIndex: 0, "aria-label": "Width of the page",
    "aria-valuemin": NARROWEST, "aria-valuemax": MOST, "aria-orientation": "vertical",
  });
  const device = h("div", { className: "device" }, heat, hovered, pinned, tip, scroller, grip);
  const note = h("p", { className: "width-note", role: "status" });
  const bench = h("div", { className: "bench" }, device);
  const root = h("div", { className: "any-width", hidden: true }, ruler(store), bench, note);

  let frame: HTMLIFrameElement | null = null;
  let drawn = 0;
  let bound: Bound | null = null;
  let found: Found | null = null;
  let hits: HitsDocument | null = null;
  let palette = paletteOf([]);
  let scale = 1;
  let turn = 0;
  let due = 0;

  const width = (): number => store.view.width;
  const window_ = (): Window | null => frame?.contentWindow ?? null;

  /** Lays everything out at the width that is chosen. */
  function lay(): void {
    if (!frame || !width()) return;
    scale = Math.min(1, bench.clientWidth / width());
    const tall = bench.clientHeight;
    device.style.width = `${width() * scale}px`;
    frame.style.width = `${width()}px`;
    frame.style.height = `${tall / scale}px`;
    frame.style.transform = `scale(${scale})`;
    const page = frame.contentDocument!;
    const height = Math.max(page.documentElement.scrollHeight, page.body?.scrollHeight ?? 0);
    spacer.style.height = `${height * scale}px`;
    grip.setAttribute("aria-valuenow", String(width()));
    grip.setAttribute("aria-valuetext", `${width()} px`);
    follow();
    tell();
  }

  function follow(): void {
    window_()?.scrollTo(0, scroller.scrollTop / scale);
    paint();
  }

  function paint(): void {
    const columns = Math.ceil(width() / CELL);
    const rows = Math.ceil(bench.clientHeight / scale / CELL);
    if (heat.width !== columns || heat.height !== rows) Object.assign(heat, { width: columns, height: rows });
    heat.style.width = `${columns * CELL * scale}px`;
    heat.style.height = `${rows * CELL * scale}px`;
    heat.style.opacity = String(store.view.opacity / 100);
    const pen = heat.getContext("2d")!;
    pen.clearRect(0, 0, columns, rows);
    if (bound && hits) {
      const view = { x: 0, y: 0, width: width(), height: rows * CELL, margin: hits.radius * 1.5 };
      const cells = density(bound.spots(view), columns, rows, hits.radius);
      pen.putImageData(new ImageData(coloured(cells, scaleOf(hits), palette) as Uint8ClampedArray<ArrayBuffer>, columns, rows), 0, 0);
    }
    mark(pinned, store.elements.find((element) => element.i === store.view.pinned) ?? null);
  }

  /** Puts a box on an element; false when this width does not show it. */
  function mark(box: HTMLElement, element: ElementNumbers | null): DOMRect | null {
    const node = element && found?.of(element);
    const at = node && boxOf(node, TOP);
    box.hidden = !at || !at.width || !at.height;
    if (box.hidden || !at) return null;
    Object.assign(box.style, {
      left: `${at.x * scale}px`, top: `${at.y * scale}px`, width: `${at.width * scale}px`, height: `${at.height * scale}px`,
    });
    return at;
  }

  function hover(element: ElementNumbers | null): void {
    const at = mark(hovered, element);
    tip.hidden = !at;
    if (!at || !element) return;
    fill(tip, ...tipWords(element, store.now.detail.clicks));
    placeTip(tip, [at.x, at.y, at.width, at.height], width(), bench.clientHeight / scale);
  }

  function tell(): void {
    if (!hits || !bound) return;
    const { shown, hidden, lost } = bound.count();
    const nouns = store.kind.noun;
    const whole = shown + hidden + lost;
    // Heat of kinds that last is in seconds, and of very many events the least is left out: then shares are told.
    const counts = Math.abs(whole - hits.told) < 0.5;
    const told = (part: number): string => (counts ? count(Math.round(part)) : percent(part / (whole || 1)));
    const gone = counts ? lost + hits.total - hits.told : lost;
    const parts = [`${told(shown)} of ${counts ? "" : "the heat of "}${counted(hits.total, nouns)} on the page at ${width()} px`];
    if (hidden) parts.push(`${told(hidden)} on elements that it does not show at this width`);
    if (gone > 0) parts.push(`${told(gone)} on no element that can be found again`);
    note.textContent = `${parts.join("; ")}. Laid out anew from the stored page, without its scripts.`;
  }

  async function load(now: Now): Promise<void> {
    const mine = ++turn;
    const state = stateOf(now.doc, now.view);
    const { viewport } = placeOf(now.doc, now.view);
    root.setAttribute("aria-busy", "true");
    try {
      const [root_, kinds] = await Promise.all([
        drawn === state.snapshot ? null : store.source.dom(state.snapshot),
        hitsOf(now).catch(() => null),
      ]);
      if (mine !== turn) return;
      if (root_) {
        const fresh = await drawPage(device, root_, viewport, (standard) => store.source.frame(standard));
        if (mine !== turn) return fresh.remove();
        frame?.remove();
        frame = fresh;
        drawn = state.snapshot;
        scroller.scrollTop = 0;
      }
      hits = kinds;
      palette = paletteOf(hits?.colours ?? []);
      found = find(store.elements, frame!.contentDocument!);
      bound = hits ? bind(hits, frame!.contentDocument!) : null;
      if (!hits) note.textContent = `${store.kind.title} belongs to the width it was recorded at; choose clicks, taps or moves to see heat here.`;
      lay();
    } catch (error) {
      if (mine === turn) note.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      if (mine === turn) root.removeAttribute("aria-busy");
    }
  }

  function hitsOf(now: Now): Promise<HitsDocument> {
    const kind = store.workspace.kinds.find((one) => one.name === now.view.kind)!;
    const name = kind.drawing === "boxes" || kind.drawing === "dots" ? "click" : kind.name;
    if (kind.drawing === "reach" || kind.drawing === "attention") return Promise.reject(new Error("not carried"));
    return store.source.hits(store.choice, stateOf(now.doc, now.view).snapshot, name);
  }

  function soon(work: () => void): void {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(work);
  }

  scroller.addEventListener("scroll", () => soon(follow), { passive: true });
  scroller.addEventListener("pointermove", (event) => hover(under(event)));
  scroller.addEventListener("pointerleave", () => hover(null));
  scroller.addEventListener("click", (event) => {
    const element = under(event);
    store.set({ pinned: element && element.i !== store.view.pinned ? element.i : -1 });
  });
  new ResizeObserver(() => soon(lay)).observe(bench);
  drag(grip, store, () => scale);

  function under(event: MouseEvent): ElementNumbers | null {
    const box = device.getBoundingClientRect();
    return found?.at((event.clientX - box.left) / scale, (event.clientY - box.top) / scale) ?? null;
  }

  store.listen((now, before) => {
    const on = now.view.width > 0;
    root.hidden = !on;
    if (!on) return;
    const came = !before?.view.width;
    if (came || hasMoved(now, before) || now.detail !== before?.detail || now.view.kind !== before.view.kind) void load(now);
    else if (now.view.width !== before.view.width) soon(lay);
    else soon(paint);
  });

  return {
    root,
    hover,
    reveal(element) {
      const node = found?.of(element);
      if (!node) return;
      const at = boxOf(node, TOP);
      scroller.scrollTop += (at.y + at.height / 2) * scale - bench.clientHeight / 2;
      follow();
    },
  };
}

function scaleOf(hits: HitsDocument): Scale {
  return { top: hits.top, peak: hits.peak ?? hits.top, tone: hits.tone ?? "robust" };
}

/** The right edge is taken and drawn; arrows move it too. */
function drag(grip: HTMLElement, store: Store, scale: () => number): void {
  const set = (width: number): void => store.set({ width: Math.round(Math.min(Math.max(width, NARROWEST), MOST)) });
  grip.addEventListener("pointerdown", (event) => {
    grip.setPointerCapture(event.pointerId);
    const [from, start, by] = [event.clientX, store.view.width, scale()];
    // The page is in the middle: its edge moves half as far as its width grows.
    const move = (next: PointerEvent): void => set(start + (2 * (next.clientX - from)) / by);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", () => grip.removeEventListener("pointermove", move), { once: true });
    event.preventDefault();
  });
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -10, ArrowRight: 10, PageDown: -100, PageUp: 100 }[event.key];
    if (!step) return;
    set(store.view.width + step);
    event.preventDefault();
    event.stopPropagation();
  });
}
