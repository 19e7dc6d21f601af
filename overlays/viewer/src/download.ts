/** Texts as files. */
import { h } from "./dom.js";

export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
