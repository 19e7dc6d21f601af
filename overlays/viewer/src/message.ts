/** A screen that only says something. */
import { h } from "./dom.js";

export function message(title: string, ...lines: string[]): HTMLElement {
  return h("main", { className: "front message", id: "main", tabIndex: -1 }, h("h1", {}, title), ...lines.map((line) => h("p", {}, line)));
}
