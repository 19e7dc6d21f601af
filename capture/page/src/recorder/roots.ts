/** Everywhere something can happen: the document, open shadow roots, documents in frames of the same origin. */

import { closest, hostOf, rootOf } from "../dom";
import { hear } from "./more";
import { safely, type Work } from "./guest";
import { changed, heard, wake } from "./page";
import { doc } from "./rows";

const seen = new WeakSet<Node>();
const observer = new MutationObserver(safely(changed));
let last: Event;

/** Whether the page wants what is done on an element, if it is one, to be left alone. */
const ignored = (target: EventTarget | null): boolean =>
  !!target && target !== self && "closest" in target &&
  (!!closest(target as Element, "[data-heatreel-ignore]") || ignored(hostOf(rootOf(target as Element))));

/** Listens before the page does. What a shadow root hears after its window is the same event. */
export function listen(root: EventTarget, types: string, work: Work): void {
  const once = safely((event: Event) => {
    if (event === last || doc === "" || ignored(event.composedPath()[0]!)) return;
    last = event;
    wake();
    work(event);
    hear(event);
  });
  for (const type of types.split(" ")) root.addEventListener(type, once, { capture: true, passive: true });
}

/** Watches the tree under a document or shadow root. */
export function watchRoot(root: Node): void {
  if (seen.has(root)) return;
  seen.add(root);
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  for (const types in heard) listen((root as Document).defaultView || root, types, heard[types]!);
  changed([]);
}
