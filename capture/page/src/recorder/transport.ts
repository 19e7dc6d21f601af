/**
 * Sends batches: one at a time while the page lives, all at once when it goes.
 *
 * A batch is text that never changes, so that it may be sent again; the collector keeps the first. `sendBeacon`
 * returns false above the page's share of 64 KiB in flight, and what it took may still be lost: a batch leaves
 * the outbox only when the collector has answered.
 */

import { later, safely } from "./guest";
import { stop } from "./rows";
import { src } from "./snippet";

const enum Wait { Ms = 1500 }
/** Browsers keep no more than 64 KiB alive when the page goes, and refuse what is larger. */
const enum Most { KeptAlive = 6e4 }

const url = new URL("collect", src).href;
/** Batches that the collector has not answered yet, oldest first. */
export const outbox: string[] = [];
let busy = false;
let failures = 0;

const post = (body: string): Promise<number> =>
  fetch(url, { method: "POST", body, keepalive: body.length < Most.KeptAlive }).then(
    (answer) => answer.status,
    () => 503,
  );

const answered = safely((status: number) => {
  // Not a site of this collector.
  if (status === 403) stop();
  const retry = status === 408 || status > 415;
  failures = retry ? failures + 1 : 0;
  if (!retry) outbox.shift();
  busy = false;
  // Each time later, and spread so that visitors do not come back all at once.
  later(send, failures * Wait.Ms * (1 + Math.random()));
});

/** Sends what is in the outbox, the oldest first. */
export function send(): void {
  if (busy || !outbox[0]) return;
  busy = true;
  post(outbox[0]).then(answered);
}

/** The page goes, or may go: everything leaves now. */
export const handOver = (): void => outbox.forEach((batch) => navigator.sendBeacon(url, batch) || post(batch));
