/** Where documents come from: a server, or the files of a report. The rest of the viewer does not know which. */
import type {
  CompareDocument, FilmDocument, FindingsDocument, HitsDocument, LiveDocument, PageDocument, PagesDocument, RoutesDocument,
  SegmentsDocument, SessionDocument, SessionsDocument, StateDocument, WorkspaceDocument,
} from "./api.js";
import type { StoredNode } from "./width/rebuild.js";

/** Which capture, and whose events: conditions as `KEY=VALUE`. */
export interface Choice {
  label: string;
  where: string[];
}

/** One state of a page at a viewport and variant. */
export interface Spot {
  page: string;
  viewport: string;
  variant: string;
  state: string;
}

/** Parameters of a request beside the choice; what is empty is left out. */
export type Words = Record<string, string | number | boolean | string[] | undefined>;

export interface Source {
  readonly home: "server" | "report";
  /** Where an empty document for a page of that kind is; empty: a frame without an address. */
  frame(standard: boolean): string;
  workspace(choice: Choice): Promise<WorkspaceDocument>;
  pages(choice: Choice): Promise<PagesDocument>;
  page(choice: Choice, page: string): Promise<PageDocument>;
  /** A state with a layer of this kind; others may be there as well. */
  state(choice: Choice, spot: Spot, kind: string): Promise<StateDocument>;
  /** Where hits lie inside of elements. */
  hits(choice: Choice, snapshot: number, kind: string): Promise<HitsDocument>;
  /** The DOM that the capture stored. */
  dom(snapshot: number): Promise<StoredNode>;
  findings(choice: Choice): Promise<FindingsDocument>;
  /** What takes a server; null in a report. */
  readonly live: Live | null;
}

export interface Live {
  segments(choice: Choice): Promise<SegmentsDocument>;
  compare(choice: Choice, words: Words): Promise<CompareDocument>;
  sessions(choice: Choice, words: Words): Promise<SessionsDocument>;
  session(choice: Choice, session: string): Promise<SessionDocument>;
  film(session: string): Promise<FilmDocument>;
  routes(patterns: string[], urls: string[]): Promise<RoutesDocument>;
  arrivals(since: number): Promise<LiveDocument>;
  /** Starts a replay of what has arrived. */
  replay(choice: Choice): Promise<void>;
  /** Address of a file to download. */
  address(name: string, choice: Choice, words: Words): string;
}

/** Answers once asked, by what was asked; the oldest go first. */
export class Kept<T> {
  private readonly answers = new Map<string, Promise<T>>();

  constructor(private readonly most: number) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.answers.get(key);
    if (known) return known;
    const asked = ask();
    this.answers.set(key, asked);
    asked.catch(() => this.answers.delete(key));
    if (this.answers.size > this.most) this.answers.delete(this.answers.keys().next().value!);
    return asked;
  }

  clear(): void {
    this.answers.clear();
  }
}
