/**
 * Sends batches: one at a time while the page lives, all at once when it goes.
 *
 * A batch is text that never changes, so that it may be sent again; the collector keeps the first. `sendBeacon`
 * returns false above the page's share of 64 KiB in flight, and what it took may still be lost: a batch leaves
 * the outbox only when the collector has answered.
 */

import { later, safely } from "./guest";
import { src } from "./snippet";

/** About 2 MB at most, with batches of at most 60 KB. */
const MOST_BATCHES = 40;
const LONGEST_WAIT_MS = 64e3;

const url = new URL("collect", src).href;
const outbox: string[] = [];
let busy = false;
let failures = 0;
/** How many of the outbox were handed over while the page was going. */
let handed = 0;

/** Whether there is room for one more batch. */
export const room = (): boolean => outbox.length < MOST_BATCHES;

const post = (body: string): Promise<number> =>
  fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }).then(
    (answer) => answer.status,
    () => 503,
  );

const answered = safely((status: number) => {
  // Not a site of this collector: nothing more is sent, and when the outbox is full nothing more is noted.
  if (status === 403) return;
  const retry = status > 499 || status === 408 || status === 429;
  failures = retry ? failures + 1 : 0;
  if (!retry && outbox.shift() && handed) handed--;
  busy = false;
  later(send, retry ? Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2) : 0);
});

export const put = (batch: string): unknown => outbox.push(batch);

/** Sends what is in the outbox, the oldest first. */
export function send(): void {
  if (busy || !outbox[0]) return;
  busy = true;
  post(outbox[0]).then(answered);
}

/** The page goes, or may go: everything leaves now. */
export function handOver(): void {
  for (; handed < outbox.length; handed++) navigator.sendBeacon(url, outbox[handed]) || post(outbox[handed]!);
}
