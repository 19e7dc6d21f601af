/** What happens to the page: views, routes, scrolls, coming and going. */

import { rootOf } from "../dom";
import { later, type Work } from "./guest";
import { click, press } from "./pointer";
import { hear, loadMore } from "./more";
import { watchRoot } from "./roots";
import { add, address, doc, flush, restart } from "./rows";
import { awake } from "./session";
import { forget, place, targetOf } from "./targets";
import { handOver } from "./transport";

/** Scrolls and resizes are noted when this long has passed, as things are then. */
const enum Settled { Ms = 200 }

/** The address of the last view. */
let shown = "";

/** Before anything is noted: is this still the same session, and the same page? */
export function wake(): void {
  if (awake(flush)) {
    restart();
    shown = "";
  }
  route();
}

function route(): void {
  if (address() === shown) return;
  shown = address();
  // Before the row, which then gets the state that this leads to.
  hear([]);
  add("v", [shown, scrollX, scrollY, document.documentElement.scrollHeight]);
}

/** The page was changed. */
export function changed(records: MutationRecord[]): void {
  route();
  forget(records);
  hear(records);
}

const waiting = new Set<EventTarget>();

/** Does `work` in a while, once for all that is said of a target until then. */
function soon(target: EventTarget, work: () => void): void {
  if (waiting.has(target)) return;
  waiting.add(target);
  later(() => {
    waiting.delete(target);
    work();
  }, Settled.Ms);
}

function scrolled(target: EventTarget): void {
  const element = (target as Document).scrollingElement || (target as Element);
  const inner = target !== document;
  add("s", [inner ? place(element)[0] : -1, element.scrollLeft, element.scrollTop]);
}

let visible = 1;

/** The page comes or goes. */
function turned(event: Event): void {
  if (event.target !== document) return;
  const now = +!(event.type === "pagehide" || document.hidden);
  // Back from the browser's cache: another view of the page.
  if (event.type === "pageshow") shown = "";
  if (visible === now) return;
  add("h", [(visible = now)]);
  if (now) return;
  hear(event);
  flush();
  handOver();
}

/** What is done on which events (types apart by blanks), in windows, and in shadow roots if it stays in there. */
export const heard: Record<string, Work> = {
  "pointerdown keydown": (event: PointerEvent & KeyboardEvent) => {
    watchRoot(rootOf(targetOf(event)));
    if (!event.key || /^( |Enter)$/.test(event.key)) press(event);
  },
  click,
  scroll: ({ target }: Event) => soon(target!, () => scrolled(target!)),
  "pagehide visibilitychange pageshow": turned,
};

export function begin(): void {
  shown = "";
  wake();
  restart();
  if (!doc) return;
  watchRoot(document);
  loadMore();
}
