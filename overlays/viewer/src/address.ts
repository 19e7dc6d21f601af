/** What is looked at, kept in the address bar: a link shows the same to others. `#/map?page=/shop&viewport=mobile` */
import type { Choice } from "./source.js";

export type Screen = "pages" | "map" | "compare" | "sessions" | "session" | "findings" | "start";

const SCREENS: readonly Screen[] = ["pages", "map", "compare", "sessions", "session", "findings", "start"];

export interface Address {
  screen: Screen;
  words: URLSearchParams;
}

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const screen = SCREENS.find((one) => one === path) ?? "pages";
  return { screen, words: new URLSearchParams(query) };
}

export function choiceOf(address: Address): Choice {
  return { label: address.words.get("capture") ?? "", where: address.words.getAll("where") };
}

/** A link within the viewer. The choice of capture and segment comes along. */
export function link(screen: Screen, choice: Choice, words: Record<string, string | number | undefined> = {}): string {
  const query = new URLSearchParams();
  if (choice.label) query.set("capture", choice.label);
  for (const condition of choice.where) query.append("where", condition);
  for (const [key, value] of Object.entries(words)) {
    if (value !== undefined && value !== "") query.set(key, String(value));
  }
  return format(screen, query);
}

/** The same address with another segment. */
export function withWhere(address: Address, where: string[]): string {
  const query = new URLSearchParams(address.words);
  query.delete("where");
  for (const condition of where) query.append("where", condition);
  return format(address.screen, query);
}

export function format(screen: Screen, query: URLSearchParams): string {
  // Slashes and signs that are read easily need no escape after the number sign.
  const text = query.toString().replace(/%2F/g, "/").replace(/%3D/g, "=").replace(/%3E/g, ">").replace(/%3A/g, ":");
  return `#/${screen}${text ? `?${text}` : ""}`;
}
