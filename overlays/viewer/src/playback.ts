/** A session in time: where the pointer is, what is scrolled, which state is shown. No drawing here. */
import type { SessionDocument, Step } from "./api.js";

/** Longer pauses are passed over when inactivity is skipped, in about this time. */
export const IDLE_MS = 3000;
const PASSED_MS = 600;

export interface Moment {
  /** Snapshot that is shown, 0 before the first. */
  snapshot: number;
  /** Pointer in page px; null while nothing is known. */
  pointer: [x: number, y: number] | null;
  /** Page px at the top of the window. */
  top: number;
  /** Index of the last step that has happened, -1 before the first. */
  step: number;
}

const POINTED = /^(click|tap|move|hover|double|drag)$/;

/** What is shown at a time, ms from the session's start. */
export function momentAt(doc: SessionDocument, ms: number): Moment {
  const { steps } = doc;
  const step = lastBefore(steps, ms);
  let snapshot = 0;
  for (let at = step; at >= 0 && !snapshot; at--) snapshot = steps[at]!.snapshot;
  if (!snapshot) snapshot = steps.find((one) => one.snapshot)?.snapshot ?? 0;
  const scene = doc.snapshots[snapshot];
  const tall = scene?.viewport.height ?? 0;
  let top = 0;
  for (let at = step; at >= 0; at--) {
    const one = steps[at]!;
    if (one.snapshot && one.snapshot !== snapshot && doc.snapshots[one.snapshot]?.page !== scene?.page) break;
    if ((one.type === "scroll" || one.type === "view") && one.y !== null) {
      top = Math.max(one.y - (one.window ?? tall), 0);
      break;
    }
  }
  const pointer = pointerAt(steps, step, ms, snapshot);
  // A page whose scrolling is not told is scrolled to where the pointer is.
  if (pointer && tall && (pointer[1] < top || pointer[1] > top + tall)) top = Math.max(pointer[1] - tall / 2, 0);
  return { snapshot, pointer, top: Math.min(top, Math.max((scene?.height ?? 0) - tall, 0)), step };
}

function lastBefore(steps: Step[], ms: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.ms <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Between two places the pointer goes evenly, in at most half a second. */
function pointerAt(steps: Step[], step: number, ms: number, snapshot: number): [number, number] | null {
  const points = (one: Step | undefined): one is Step => !!one && POINTED.test(one.type) && one.x !== null && one.y !== null;
  let last: Step | null = null;
  for (let at = step; at >= 0 && !last; at--) if (points(steps[at])) last = steps[at]!;
  const next = steps.slice(step + 1, step + 40).find(points) ?? null;
  if (!last) return next && next.snapshot === snapshot ? [next.x!, next.y!] : null;
  if (!next || next.snapshot !== last.snapshot) return [last.x!, last.y!];
  const way = Math.min(next.ms - last.ms, 500);
  const share = way > 0 ? Math.min(Math.max((ms - (next.ms - way)) / way, 0), 1) : 1;
  return [last.x! + (next.x! - last.x!) * share, last.y! + (next.y! - last.y!) * share];
}

/** The time after another `passed` ms of watching; pauses are passed over when `skip`. */
export function advance(doc: SessionDocument, ms: number, passed: number, speed: number, skip: boolean): number {
  const next = doc.steps.find((step) => step.ms > ms);
  const until = next ? next.ms : doc.ms;
  const idle = until - ms;
  const rate = skip && idle > IDLE_MS ? Math.max(idle / PASSED_MS, speed) : speed;
  const to = ms + passed * rate;
  // Not over the end of the pause at the speed of the pause.
  return Math.min(rate > speed ? Math.min(to, until - 200) : to, doc.ms);
}

/** Clicks and taps, for the marks of the timeline and for jumping. */
export function clicksOf(doc: SessionDocument): Step[] {
  return doc.steps.filter((step) => step.type === "click" || step.type === "tap");
}
