/**
 * Sends batches: one at a time while the page lives, all at once when it goes.
 *
 * A batch is text that never changes, so that it may be sent again; the collector keeps the first. `sendBeacon`
 * returns false above the page's share of 64 KiB in flight, and what it took may still be lost: a batch leaves
 * the outbox only when the collector has answered.
 */

import { later, safely } from "./guest";
import { end } from "./rows";
import { src } from "./snippet";

const enum Wait { Ms = 1000, MostDoublings = 6 }
/** Browsers keep no more than 64 KiB alive when the page goes, and refuse what is larger. */
const enum Most { KeptAlive = 6e4 }

const url = new URL("collect", src);
/** Batches that the collector has not answered yet, oldest first. */
export const outbox: string[] = [];
let busy = false;
let failures = 0;

const post = (body: string): Promise<[status: number, seconds?: string | null]> =>
  fetch(url, { method: "POST", body, keepalive: body.length < Most.KeptAlive }).then(
    ({ status, headers }) => [status, headers.get("retry-after")],
    () => [503],
  );

/** Each time later, spread so that visitors do not come back all at once, and not before the collector wants. */
const answered = safely(([status, seconds]) => {
  // Not a site of this collector.
  if (status === 403) end();
  const retry = status === 408 || status > 415;
  failures = retry ? failures + 1 : 0;
  if (!retry) outbox.shift();
  const wait = Math.max(+seconds || 0, 2 ** Math.min(failures, Wait.MostDoublings) * Math.random());
  later(() => {
    busy = false;
    send();
  }, failures && Wait.Ms * wait);
});

/** Sends what is in the outbox, the oldest first. */
export function send(): void {
  if (busy || !outbox[0]) return;
  busy = true;
  post(outbox[0]).then(answered);
}

/** The page goes, or may go: everything leaves now. */
export const handOver = (): void => outbox.forEach((batch) => navigator.sendBeacon(url, batch) || post(batch));
