/**
 * What was on screen, and for how long: headings, pictures, sections and forms of which half, or half a screen full, could
 * be seen while the page was shown. The browser tells when they come and go; every while, and when the page goes, a row
 * for each is noted. What was shown for less than half a second was passed by.
 */

import { all, is } from "../dom";
import { add, later, now, place } from "./parts";

const BLOCKS =
  "h1,h2,h3,h4,img,video,iframe,form,nav,header,footer,aside,section,article,[role=region],[role=dialog],[role=tabpanel]";
const LEFT_ALONE = "[data-heatreel-ignore],[data-heatreel-ignore] *";
const enum Most { Blocks = 300, Rows = 40 }
const enum Shown { LeastMs = 500 }
const enum Report { Ms = 10000 }

const known = new WeakSet<Element>();
/** What is on screen, and since when; what was, and how long. */
const since = new Map<Element, number>();
const lasted = new Map<Element, number>();
let observer: IntersectionObserver | undefined;
let looked = -Report.Ms;
let reporting = false;

function left(block: Element, t: number): void {
  const ms = t - since.get(block)! + (lasted.get(block) || 0);
  if (since.delete(block) && ms >= Shown.LeastMs) lasted.set(block, ms);
}

function crossed(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting, intersectionRatio, intersectionRect, time } of entries) {
    const shown = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2);
    if (!shown) left(target, time);
    else if (!since.has(target) && !document.hidden) since.set(target, time);
  }
  if (reporting) return;
  reporting = true;
  later(() => {
    reporting = false;
    report();
  }, Report.Ms);
}

/** Watches the blocks of the page as it is now. */
export function expose(): void {
  if (!self.IntersectionObserver || now() - looked < Report.Ms) return;
  looked = now();
  observer = observer || new IntersectionObserver(crossed, { threshold: [0, 0.1, 0.25, 0.5] });
  for (const block of all(document, BLOCKS).slice(0, Most.Blocks)) {
    if (known.has(block) || is(block, LEFT_ALONE)) continue;
    known.add(block);
    observer.observe(block);
  }
}

/** Notes how long things have been on screen until now. `gone`: nothing is seen from now on. */
export function report(gone = false): void {
  const t = now();
  for (const block of [...since.keys()]) {
    left(block, t);
    if (!gone) since.set(block, t);
  }
  const longest = [...lasted].sort(([, a], [, b]) => b - a).slice(0, Most.Rows);
  lasted.clear();
  for (const [block, ms] of longest) if (block.isConnected) add("o", [place(block)[0], Math.round(ms)]);
}

/** The page is shown again: what is on screen is told anew. */
export function resume(): void {
  if (!observer) return;
  observer.disconnect();
  all(document, BLOCKS).forEach((block) => known.has(block) && observer!.observe(block));
}
