/** The states of a page at a viewport, as thumbnails with their share of the events. */
import type { Place, State } from "./api.js";
import { count, counted, fill, h, percent } from "./dom.js";
import { copyButton } from "./copy.js";
import { type Store, hasMoved } from "./store.js";

export function states(store: Store): HTMLElement {
  const list = h("ol", { className: "state-list" });
  const rest = h("div", { className: "unknown" });
  const heading = h("h2", {}, "States");
  let buttons: HTMLButtonElement[] = [];
  store.listen((now, before) => {
    const { view } = now;
    const { place } = store;
    if (!before || before.doc !== now.doc || before.view.place !== view.place) {
      buttons = place.states.map((state, index) => stateButton(store, state, index));
      fill(list, ...buttons.map((button) => h("li", {}, button)));
      fill(heading, "States ", h("small", {}, String(place.states.length)));
      fillUnknown(rest, place);
    }
    buttons.forEach((button, index) => {
      const chosen = index === view.state;
      button.setAttribute("aria-pressed", String(chosen));
      if (chosen && before && before.view.state !== view.state && hasMoved(now, before)) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  });
  return h("nav", { className: "states", "aria-label": "States of the page" }, heading, list, rest);
}

function stateButton(store: Store, state: State, index: number): HTMLButtonElement {
  const bar = h("span", { className: "share-bar" });
  bar.style.setProperty("--share", `${100 * state.share}%`);
  const how = state.recipe.length ? `\nReached by: ${state.recipe.join(", ")}` : "";
  return h(
    "button",
    {
      type: "button",
      title: `${state.label}${how}`,
      "data-state": state.id,
      on: { click: () => store.set({ state: index }) },
    },
    h("img", { src: state.thumb, alt: "", loading: "lazy", decoding: "async", width: 360, height: 225 }),
    h(
      "span",
      { className: "state-words" },
      h("span", { className: "state-label" }, state.id === "default" ? "Default state" : state.label),
      h("span", { className: "state-numbers" }, h("span", {}, `${percent(state.share)} of events`), " ", h("span", {}, counted(state.clicks, "clicks"))),
      bar,
    ),
  );
}

function fillUnknown(box: HTMLElement, place: Place): void {
  if (!place.unknown.length) {
    fill(box);
    return;
  }
  const events = place.unknown.reduce((sum, state) => sum + state.events, 0);
  const command = place.unknown.find((state) => state.command)?.command ?? "heatreel capture --learn";
  const items = place.unknown.slice(0, 8).map((state) =>
    h(
      "li",
      {},
      h("strong", {}, counted(state.events, "events")),
      `, ${percent(state.share)} · ${counted(state.sessions, "sessions")}`,
      h("span", { className: "path" }, state.path.length ? state.path.join(" → ") : "no path is known"),
    ),
  );
  fill(
    box,
    h("h2", {}, "Seen, not captured ", h("small", {}, count(events))),
    h("ul", {}, ...items),
    h("div", { className: "copy-line" }, h("code", {}, command), copyButton(command)),
  );
}
