/** The page `/player`: the film of one session alone. Its player is a bundle of its own, for it is larger than all else. */
import { h } from "./dom.js";
import { message } from "./message.js";
import type { Source } from "./source.js";
import type { FilmDocument } from "./api.js";

type Play = (root: HTMLElement, film: FilmDocument) => void;

export async function showFilm(root: HTMLElement, source: Source): Promise<void> {
  const session = new URLSearchParams(location.hash.slice(1)).get("session") ?? "";
  try {
    const [film, play] = await Promise.all([source.live!.film(session), load()]);
    const main = h("main", { className: "film-page", id: "main" });
    root.replaceChildren(main);
    play(main, film);
  } catch (error) {
    root.replaceChildren(message("The film cannot be played", error instanceof Error ? error.message : String(error)));
  }
}

function load(): Promise<Play> {
  const style = h("link", { rel: "stylesheet", href: "/player.css" });
  const script = h("script", { src: "/player.js" });
  return new Promise((resolve, reject) => {
    script.onload = () => resolve((globalThis as unknown as { heatreelPlayFilm: Play }).heatreelPlayFilm);
    script.onerror = () => reject(new Error("player.js is missing: run `npm run build`"));
    document.head.append(style, script);
  });
}
