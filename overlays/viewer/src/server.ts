/** Documents from `heatreel serve`, see docs/api.md. */
import type { Answer, ApiError } from "./api.js";
import { type Choice, Kept, type Live, type Source, type Words } from "./source.js";
import type { StoredNode } from "./width/rebuild.js";

/** What a server said instead of a document. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function serverSource(): Source {
  const kept = new Kept<Answer>(60);
  const doms = new Kept<StoredNode>(6);
  let data = "";
  /** A new replay makes all that was kept stale. */
  const fresh = <T extends Answer>(answer: T): T => {
    if (data && answer.data !== data) kept.clear();
    data = answer.data;
    return answer;
  };
  const get = <T extends Answer>(name: string, choice: Choice, words: Words = {}): Promise<T> => {
    const path = addressOf(name, choice, words);
    return kept.get(path, () => ask<T>(path).then(fresh)) as Promise<T>;
  };
  const live: Live = {
    segments: (choice) => get("segments", { ...choice, where: [] }),
    compare: (choice, words) => get("compare", choice, words),
    sessions: (choice, words) => get("sessions", choice, words),
    session: (choice, session) => get(`session/${encodeURIComponent(session)}`, { ...choice, where: [] }),
    film: (session) => ask(addressOf(`film/${encodeURIComponent(session)}`, NONE, {})),
    routes: (pattern, url) => ask(addressOf("routes", NONE, { pattern, url })),
    arrivals: (since) => ask(addressOf("live", NONE, { since })),
    replay: async (choice) => {
      const headers = { "X-Heatreel": "1" };
      await fetch(addressOf("replay", { ...choice, where: [] }, {}), { method: "POST", headers });
    },
    address: addressOf,
  };
  return {
    home: "server",
    live,
    frame: (standard) => (standard ? "/frame" : "/frame?quirks=1"),
    // What is there changes while one looks: asked again each time.
    workspace: (choice) => ask<never>(addressOf("workspace", choice, {})).then(fresh),
    pages: (choice) => get("pages", choice, { limit: 1000 }),
    page: (choice, page) => get("page", choice, { page }),
    state: (choice, spot, kind) => get("state", choice, { ...spot, kind }),
    hits: (choice, snapshot, kind) => get(`hits/${snapshot}`, choice, { kind }),
    dom: (snapshot) => doms.get(String(snapshot), () => ask(addressOf(`dom/${snapshot}`, NONE, {}))),
    findings: (choice) => get("findings", { ...choice, where: [] }, { limit: 1000 }),
  };
}

const NONE: Choice = { label: "", where: [] };

/** The address of a document or a file, relative to the viewer's page. */
function addressOf(name: string, choice: Choice, words: Words): string {
  const query = new URLSearchParams();
  if (choice.label) query.set("capture", choice.label);
  for (const condition of choice.where) query.append("where", condition);
  for (const [key, value] of Object.entries(words)) {
    if (value === undefined || value === "" || value === false) continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) query.append(key, one);
  }
  const text = query.toString();
  return `api/v1/${name}${text ? `?${text}` : ""}`;
}

async function ask<T>(path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  } catch {
    throw new Refused("The server does not answer. Is heatreel serve still running?", 0);
  }
  if (!response.ok) {
    const said = (await response.json().catch(() => null)) as ApiError | null;
    throw new Refused(said?.error?.message ?? `The server said ${response.status}.`, response.status);
  }
  return (await response.json()) as T;
}
