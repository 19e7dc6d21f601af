/** A page's picture with one layer on it, without anything to point at: for comparing and for playing. */
import type { Layer, Part } from "./api.js";
import { h } from "./dom.js";

export interface Size {
  width: number;
  height: number;
}

export function layered(picture: Part[], size: Size, layer: Layer | null, opacity = 1): HTMLElement {
  const stage = h("div", { className: "stage plain-stage" }, ...parts(picture, size));
  stage.style.aspectRatio = `${size.width} / ${size.height}`;
  if (layer?.src) {
    const heat = h("img", { src: layer.src, alt: "", className: "heat-picture", decoding: "async" });
    heat.style.width = `${(100 * layer.size[0]) / size.width}%`;
    heat.style.height = `${(100 * layer.size[1]) / size.height}%`;
    heat.style.opacity = String(opacity);
    stage.append(heat);
  }
  return stage;
}

function parts(picture: Part[], size: Size): HTMLElement[] {
  return picture.map(([top, height, src], index) => {
    const image = h("img", { src, alt: "", decoding: "async", loading: index ? "lazy" : "eager", draggable: false, className: "part" });
    image.style.top = `${(100 * top) / size.height}%`;
    image.style.height = `calc(${(100 * height) / size.height}% + ${index < picture.length - 1 ? 1 : 0}px)`;
    return image;
  });
}
