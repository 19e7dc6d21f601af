/** What is under the pointer, in words. */
import type { ElementNumbers } from "./api.js";
import { count, counted, h, percent } from "./dom.js";

/** An element's numbers in a few lines. `clicks` are those of the state. */
export function tipWords(element: ElementNumbers, clicks: number): (Node | string)[] {
  const name = h("strong", {}, element.name);
  if (!element.clicks) {
    const seen = element.seen ? h("span", {}, `seen by ${counted(element.seen, "visits")}`) : null;
    return [name, h("span", {}, clicks ? "no clicks" : "no clicks in this state"), ...(seen ? [seen] : [])];
  }
  const wrong = (["dead", "rage", "error"] as const)
    .filter((signal) => element[signal])
    .map((signal) => `${count(element[signal]!)} ${signal}`);
  const seen = element.seen ? `seen by ${counted(element.seen, "visits")}` : "";
  const ctr = element.ctr !== undefined ? `CTR ${percent(element.ctr)}` : "";
  const first = element.firstMs ? `first after ${seconds(element.firstMs)}` : "";
  const more = [seen, ctr, first].filter(Boolean).join(" · ");
  return [
    name,
    h("span", {}, `${counted(element.clicks, "clicks")} · ${percent(element.share ?? 0)} of clicks`),
    h("span", {}, `${percent(element.visitShare ?? 0)} of visits · ${count(element.first ?? 0)} first clicks`),
    ...(more ? [h("span", {}, more)] : []),
    ...(wrong.length ? [h("span", { className: "wrong" }, wrong.join(" · "))] : []),
  ];
}

/** Puts a tip beside a box, within a picture of that size. */
export function placeTip(tip: HTMLElement, box: readonly [number, number, number, number], width: number, height: number): void {
  const [x, y, wide, high] = box;
  const middle = Math.min(Math.max((x + wide / 2) / width, 0.02), 0.98);
  const below = y < 180;
  tip.style.left = `${100 * middle}%`;
  tip.style.top = `${(100 * Math.min(Math.max(below ? y + high : y, 0), height)) / height}%`;
  tip.classList.toggle("below", below);
  tip.dataset["side"] = middle < 0.25 ? "start" : middle > 0.75 ? "end" : "middle";
}

/** A time for people: "850 ms", "3.4 s", "2 min 5 s". */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
