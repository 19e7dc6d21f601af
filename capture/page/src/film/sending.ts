/** Sends the chunks of a film, one at a time and compressed where the browser can; what does not get through ends it. */

const enum Wait { Ms = 2000, Tries = 5 }
/** Browsers keep no more alive when the page goes. */
const enum KeptAlive { Bytes = 6e4 }

async function packed(text: string): Promise<BodyInit> {
  if (!self.CompressionStream) return text;
  // The type says text, so that no preflight is needed; the collector knows gzip by its first bytes.
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type: "text/plain" });
}

const pause = (ms: number): Promise<unknown> => new Promise((done) => setTimeout(done, ms));

/** Whether the collector has taken a chunk. */
export async function send(url: string, text: string): Promise<boolean> {
  const body = await packed(text);
  for (let tries = 0; tries < Wait.Tries; tries++) {
    const answer = await fetch(url, { method: "POST", body }).catch(() => undefined);
    if (answer && answer.ok) return true;
    if (answer && answer.status !== 408 && answer.status < 429) return false;
    const seconds = Number(answer && answer.headers.get("retry-after")) || 0;
    await pause(Math.max(seconds * 1000, Wait.Ms * 2 ** tries * Math.random()));
  }
  return false;
}

/** The page goes: what is left of the film leaves with it, if it is small enough. */
export const leave = (url: string, text: string): boolean => text.length < KeptAlive.Bytes && navigator.sendBeacon(url, text);
