/** What the browser itself measures and explains frustration: slow answers, shifts of the layout, failed requests. */

import { cleanAddress } from "../stable";
import { add, place, safely } from "./parts";

/** A slow answer, as https://web.dev/articles/inp says; a shift smaller than this share of a viewport is not seen. */
const enum Slow { Ms = 200 }
const enum Shift { Scale = 10000, Least = 0.005 }
const enum Most { Failures = 100 }

type Measured = PerformanceEntry & {
  interactionId: number; hadRecentInput: boolean; value: number; initiatorType: string; responseStatus?: number;
  sources?: { node?: Node; currentRect: DOMRectReadOnly }[];
};

const own = new URL(".", import.meta.url).href;
let failures = 0;

/** A request failed: its status, 0 when nothing came, what began it, and where it went, without query. */
export function failed(status: number, by: string, url: string): void {
  if (failures++ < Most.Failures) add("q", [`${status} ${by} ${cleanAddress(url, location.href)}`]);
}

const isFailure = ({ initiatorType, responseStatus: status, name }: Measured): boolean =>
  /^(fetch|xml)/.test(initiatorType) && !name.startsWith(own) &&
  (status! >= 400 || (status === 0 && name.startsWith(location.origin)));

function measured(entry: Measured): void {
  const { entryType, startTime, duration, value, sources } = entry;
  const t = Math.round(startTime);
  if (entryType === "event" && entry.interactionId && duration >= Slow.Ms) add("n", [Math.round(duration)], undefined, t);
  if (entryType === "layout-shift" && !entry.hadRecentInput && value >= Shift.Least) {
    const area = ({ currentRect: { width, height } }: { currentRect: DOMRectReadOnly }): number => width * height;
    const { node } = [...(sources || [])].filter((one) => one.node).sort((a, b) => area(b) - area(a))[0] || {};
    const element = node && (node.nodeType === 1 ? (node as Element) : node.parentElement);
    add("l", [Math.round(value * Shift.Scale), element ? place(element)[0] : -1], undefined, t);
  }
  if (entryType === "resource" && isFailure(entry)) failed(entry.responseStatus!, entry.initiatorType, entry.name);
}

/** Begins to measure; what a browser does not know is left out. */
export function measure(): void {
  for (const type of ["layout-shift", "event", "resource"]) {
    safely(() =>
      new PerformanceObserver(safely((list: PerformanceObserverEntryList) => list.getEntries().forEach(safely(measured)))).observe({
        type, buffered: true, durationThreshold: Slow.Ms,
      } as PerformanceObserverInit),
    )();
  }
}
