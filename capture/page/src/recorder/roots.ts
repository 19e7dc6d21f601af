/** Everywhere something can happen: the document, open shadow roots, documents in frames of the same origin. */

import { innerOf } from "../dom";
import { walk } from "../walk";
import { safely, type Work } from "./guest";
import { changed, hear, wake } from "./page";

const seen = new WeakSet<Node>();
const observer = new MutationObserver(safely(changed));
let heard: Event;

/**
 * Does `work` on each of the events (types apart by blanks), before the page hears of it. An event that a root
 * hears after its window is the same event.
 */
export function listen(types: string, work: Work, target: EventTarget = self): void {
  const once = safely((event: Event) => {
    if (event === heard) return;
    heard = event;
    wake();
    work(event);
  });
  for (const type of types.split(" ")) target.addEventListener(type, once, { capture: true, passive: true });
}

/** Watches the tree under a document or shadow root. */
export function watchRoot(root: Node): void {
  if (seen.has(root)) return;
  seen.add(root);
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  hear((root as Document).defaultView || root);
  changed();
}

/** Watches what was added to the page. */
export const watchAll = (): void =>
  walk(document.documentElement, (element) => {
    const inner = innerOf(element);
    if (inner) watchRoot(inner);
  });
