/**
 * Documents from the files of a report. A page on disk may not fetch its neighbours, but it may load scripts: each file
 * calls `heatreelFile(name, data)`. What is large is gzip in base64, and pictures and fonts that several pages use are
 * stored once.
 */
import type { FindingsDocument, HitsDocument, PageDocument, PagesDocument, StateDocument, WorkspaceDocument } from "./api.js";
import { Kept, type Source, type Spot } from "./source.js";
import type { StoredNode } from "./width/rebuild.js";

/** What is in the report's page itself. */
export interface Front {
  workspace: WorkspaceDocument;
  pages: PagesDocument;
  findings: FindingsDocument;
  /** File of each page, by its name. */
  files: Record<string, string>;
}

/** A DOM, gzip in base64. Its resources stand in files of their own; `sign` and their name stand in for them. */
interface Packed {
  sign: string;
  packed: string;
}

type Waiting = (data: unknown) => void;

export function fileSource(front: Front): Source {
  const files = new Kept<unknown>(400);
  const read = <T>(name: string): Promise<T> => files.get(name, () => load(name)) as Promise<T>;
  const pageOf = (page: string): Promise<PageDocument> => {
    const file = front.files[page];
    return file ? read(file) : Promise.reject(new Error(`This report holds no page ${page}.`));
  };
  const stateOf = async (spot: Spot): Promise<StateDocument> => {
    const doc = await pageOf(spot.page);
    const place = doc.places.find((one) => one.viewport.name === spot.viewport && one.variant === spot.variant);
    const state = place?.states.find((one) => one.id === spot.state);
    if (!place || !state) throw new Error("This report holds no such state.");
    const { data, where } = doc;
    return { ...state, version: 1, data, where, visits: place.visits, layers: state.layers ?? {}, elements: state.elements ?? [] };
  };
  return {
    home: "report",
    live: null,
    frame: () => "",
    workspace: async () => front.workspace,
    pages: async () => front.pages,
    page: (_choice, page) => pageOf(page),
    state: (_choice, spot) => stateOf(spot),
    hits: async (_choice, snapshot, kind) => {
      const kinds = await read<Record<string, HitsDocument>>(`data/hits-${snapshot}.js`);
      const found = kinds[kind];
      if (!found) throw new Error("There is nothing of this kind in this state.");
      return found;
    },
    dom: async (snapshot) => {
      const { sign, packed } = await read<Packed>(`data/dom-${snapshot}.js`);
      const text = await unpack(packed);
      const token = new RegExp(`${sign}:([0-9a-f]{16})`, "g");
      const names = [...new Set([...text.matchAll(token)].map((match) => match[1]!))];
      const parts = new Map(await Promise.all(names.map(async (name) => [name, await read<string>(`data/part-${name}.js`)] as const)));
      return JSON.parse(text.replace(token, (_all, name: string) => parts.get(name) ?? "data:,")) as StoredNode;
    },
    findings: async () => front.findings,
  };
}

async function unpack(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

const waiting = new Map<string, Waiting>();

function load(name: string): Promise<unknown> {
  // Only files that a report writes.
  if (!/^data\/[\w-]+\.js$/.test(name)) return Promise.reject(new Error(`No file ${name}.`));
  Object.assign(globalThis, { heatreelFile: (file: string, data: unknown) => waiting.get(file)?.(data) });
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    waiting.set(name, resolve);
    const done = (): void => {
      waiting.delete(name);
      script.remove();
    };
    script.onload = done;
    script.onerror = () => {
      done();
      reject(new Error(`${name} is missing from the folder of this report.`));
    };
    script.src = name;
    document.head.append(script);
  });
}
