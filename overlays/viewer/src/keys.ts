/** One key for each thing. */
import { fill, h } from "./dom.js";
import { ranked } from "./ranking.js";
import type { Store } from "./store.js";
import { choices, placeAt } from "./view.js";

export const KEYS: Record<string, string> = {
  click: "c",
  tap: "t",
  move: "m",
  scroll: "s",
  dead: "d",
  rage: "r",
  error: "x",
  first: "f",
  last: "l",
  element: "e",
  hover: "v",
  attention: "a",
  near_miss: "n",
  gaze: "g",
  confetti: "o",
};

const OTHERS: [string, string][] = [
  ["1 2 3", "viewports"],
  [", .", "state before, state after"],
  ["j k", "next and previous element"],
  ["+ −", "more and less heat"],
  ["h", "hide or show the heat"],
  ["z", "fit, or own size"],
  ["w", "any width, or the picture"],
  ["/", "find an element"],
  ["Esc", "unpin"],
  ["?", "these keys"],
];

/** Listens for keys that are not meant for a field. */
export function listenForKeys(store: Store, reveal: (index: number) => void): () => void {
  let opacity = 100;
  const actions: Record<string, () => void> = {
    ",": () => step(store, -1),
    ".": () => step(store, 1),
    j: () => pin(store, 1, reveal),
    k: () => pin(store, -1, reveal),
    "+": () => store.set({ opacity: Math.min(store.view.opacity + 10, 100) }),
    "-": () => store.set({ opacity: Math.max(store.view.opacity - 10, 0) }),
    h: () => {
      if (store.view.opacity) opacity = store.view.opacity;
      store.set({ opacity: store.view.opacity ? 0 : opacity });
    },
    z: () => store.set({ fit: !store.view.fit }),
    w: () => store.set({ width: store.view.width ? 0 : store.state.width }),
    "/": () => document.querySelector<HTMLInputElement>("#find-element")?.focus(),
    Escape: () => store.set({ pinned: -1 }),
    "?": () => showKeys(store),
  };
  for (const kind of store.workspace.kinds) {
    const key = KEYS[kind.name];
    if (key) actions[key] = () => store.set({ kind: kind.name });
  }
  const listener = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if ((event.target as Element).closest("input:not([type=range]), select, textarea, [contenteditable]")) return;
    const viewport = choices(store.doc).viewports[Number(event.key) - 1];
    if (viewport) store.setPlace(placeAt(store.doc, viewport, store.place.variant));
    else if (Object.prototype.hasOwnProperty.call(actions, event.key)) actions[event.key]!();
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}

function step(store: Store, by: number): void {
  const count = store.place.states.length;
  store.set({ state: (store.view.state + by + count) % count });
}

function pin(store: Store, by: number, reveal: (index: number) => void): void {
  const order = ranked(store.elements, "clicks");
  if (!order.length) return;
  const at = order.findIndex((element) => element.i === store.view.pinned);
  const next = order[at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length]!;
  store.set({ pinned: next.i });
  reveal(next.i);
}

export function showKeys(store: Store): void {
  const rows: [string, string][] = [
    ...store.workspace.kinds.map((kind): [string, string] => [KEYS[kind.name] ?? "", kind.title.toLowerCase()]),
    ...OTHERS,
  ];
  const close = h("button", { type: "button", className: "quiet", "aria-label": "Close", on: { click: () => dialog.close() } }, "×");
  const list = h("dl");
  fill(
    list,
    ...rows.map(([keys, words]) =>
      h("div", {}, h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, words)),
    ),
  );
  const dialog = h("dialog", { className: "keys-dialog", "aria-label": "Keys", tabIndex: -1 }, h("header", {}, h("h2", {}, "Keys"), close), list);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
