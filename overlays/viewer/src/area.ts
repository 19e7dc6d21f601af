/** From an area of the page to the sessions behind it: drawn with the pointer, where there is a server to ask. */
import { link } from "./address.js";
import { h } from "./dom.js";
import type { Store } from "./store.js";

/** A shorter way of the pointer is a click. */
const LEAST_PX = 8;

export function selectArea(store: Store, stage: HTMLElement, at: (event: PointerEvent) => [number, number]): void {
  if (!store.source.live) return;
  const box = h("div", { className: "area", hidden: true });
  const go = h("a", { className: "area-go", hidden: true }, "Sessions here");
  stage.append(box, go);
  let from: [number, number] | null = null;
  let dragged = false;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("a")) return;
    from = at(event);
    dragged = false;
    box.hidden = go.hidden = true;
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const area = between(from, at(event));
    dragged ||= Math.max(area[2], area[3]) > LEAST_PX;
    box.hidden = !dragged;
    const { width, height } = store.state;
    const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
    Object.assign(box.style, {
      left: share(area[0], width), top: share(area[1], height), width: share(area[2], width), height: share(area[3], height),
    });
  });
  stage.addEventListener("pointerup", (event) => {
    if (!from || !dragged) return void (from = null);
    const area = between(from, at(event)).map(Math.round);
    from = null;
    go.hidden = false;
    Object.assign(go.style, { left: box.style.left, top: `calc(${box.style.top} + ${box.style.height})` });
    go.href = link("sessions", store.choice, { snapshot: store.state.snapshot, area: area.join(","), kind: store.view.kind });
  });
  // The click that ends a drag pins nothing.
  stage.addEventListener("click", (event) => dragged && !(event.target as Element).closest("a") && (event.stopImmediatePropagation(), (dragged = false)), true);
  store.listen(() => (box.hidden = go.hidden = true));
}

function between(a: [number, number], b: [number, number]): [number, number, number, number] {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
}
