/**
 * Films, by choice: `<script async src="https://HOST/heatreel-film.js" data-site="KEY"></script>` beside the recorder.
 *
 * It records the DOM with rrweb while the recorder is at work, and stops when that does: no film without consent, of
 * who asks not to be tracked, or of a session outside the sample. `data-sample` films a share of the recorded sessions.
 */

import { record } from "@rrweb/record";
import { hash } from "../hash";
import { maskInput, maskNode, maskText } from "./masking";
import { leave, send } from "./sending";

const enum Look { Ms = 1000 }
const enum Chunk { Ms = 5000, Bytes = 200000 }
/** A film is at most so long; what changes more often than this is an animation and no story. */
const enum Most { Ms = 300000, Events = 10000 }

interface Event {
  type: number;
  data: any;
}

type Id = [session: string, doc: string];

const { src, dataset } = document.currentScript as HTMLScriptElement;
const { site = "", sample = "1" } = dataset;

/** A film of one document in one session. */
function film([session, doc]: Id): () => void {
  let events: Event[] = [];
  let bytes = 0;
  let count = 0;
  let seq = 0;
  let sending = Promise.resolve(true);
  const began = Date.now();

  const url = (): string => {
    const query = new URLSearchParams({ site, session, doc, seq: String(seq++) });
    return new URL(`film?${query}`, src).href;
  };
  const take = (): string => {
    const text = JSON.stringify(events);
    events = [];
    bytes = 0;
    return text;
  };
  const cut = (): void => {
    if (!events.length) return;
    const [to, text] = [url(), take()];
    sending = sending.then(async (well) => {
      const taken = well && (await send(to, text));
      // A film with a hole cannot be played on.
      if (!taken) stop();
      return taken;
    });
  };
  const emit = (event: Event): void => {
    clean(event);
    events.push(event);
    bytes += JSON.stringify(event).length;
    if (++count > Most.Events || Date.now() - began > Most.Ms) stop();
    if (bytes > Chunk.Bytes) cut();
  };
  const timer = setInterval(cut, Chunk.Ms);
  const gone = (): unknown => events.length && leave(url(), take());
  const end = record({
    emit: emit as never,
    maskAllInputs: true,
    maskInputFn: maskInput,
    maskTextSelector: "*",
    maskTextFn: maskText,
    blockSelector: "[data-heatreel-ignore],canvas,video,audio,object,embed",
    sampling: { mousemove: 100, scroll: 200, media: 800, input: "last" },
    slimDOMOptions: "all",
    recordCanvas: false,
    inlineImages: false,
    collectFonts: false,
    errorHandler: () => true,
  });
  addEventListener("pagehide", gone);

  let stopped = false;
  function stop(): void {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    removeEventListener("pagehide", gone);
    end?.();
    cut();
  }
  return stop;
}

/** Addresses and attributes hold words too. */
function clean({ type, data }: Event): void {
  if (data.href) data.href = data.href.replace(/\?[^#]*|#(?!!?\/).*/g, "");
  if (type === 2) maskNode(data.node);
  if (type === 3 && data.source === 0) maskNode(data);
}

const chosen = (session: string): boolean => hash(session, 1) < Number(sample) * 2 ** 32;

let stop: (() => void) | undefined;
let known = "";

/** Follows the recorder: begins and ends with its sessions. */
function follow(): void {
  const id: Id | undefined = (self as { heatreel?: { session?(): Id | undefined } }).heatreel?.session?.() || undefined;
  if (String(id || "") === known) return;
  known = String(id || "");
  stop?.();
  stop = id && chosen(id[0]) ? film(id) : undefined;
}

const safely = (): void => {
  try {
    follow();
  } catch {
    // The page is somebody else's.
  }
};

setInterval(safely, Look.Ms);
