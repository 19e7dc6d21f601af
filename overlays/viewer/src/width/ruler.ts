/** The width in numbers: a slider, a field, and the widths that people have. */
import { h } from "../dom.js";
import type { Store } from "../store.js";
import { NARROWEST } from "../view.js";

const MOST = 1920;
const USUAL = [360, 390, 768, 1024, 1280, 1440, 1920];

export function ruler(store: Store): HTMLElement {
  const set = (value: number): void => {
    if (value >= NARROWEST && value <= MOST) store.set({ width: Math.round(value) });
  };
  const slider = h("input", {
    type: "range", min: String(NARROWEST), max: String(MOST), step: "1", id: "width", "aria-label": "Width in px",
    on: { input: () => set(Number(slider.value)) },
  });
  const field = h("input", {
    type: "number", min: String(NARROWEST), max: String(MOST), "aria-label": "Width, px", className: "px",
    on: { change: () => set(Number(field.value)) },
  });
  const buttons = USUAL.map((value) =>
    h("button", { type: "button", "data-width": value, on: { click: () => set(value) } }, String(value)),
  );
  store.listen(({ view }) => {
    if (!view.width) return;
    slider.value = field.value = String(view.width);
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(USUAL[index] === view.width)));
  });
  return h("div", { className: "ruler" }, slider, field, h("span", { className: "soft" }, "px"), h("div", { className: "segments", role: "group", "aria-label": "Usual widths" }, ...buttons));
}
