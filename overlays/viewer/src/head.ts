/** The head: where one is, which capture, and how fresh it is. */
import { type Screen, link } from "./address.js";
import type { WorkspaceDocument } from "./api.js";
import { count, fill, h } from "./dom.js";
import type { Choice, Source } from "./source.js";
import { themeButton } from "./theme.js";

export interface Head {
  root: HTMLElement;
  tell(workspace: WorkspaceDocument): void;
  show(screen: Screen, choice: Choice): void;
}

const NAMES: [Screen, string, boolean][] = [
  ["pages", "Pages", false],
  ["map", "Map", false],
  ["compare", "Compare", true],
  ["sessions", "Sessions", true],
  ["findings", "Findings", false],
  ["start", "Add data", true],
];

export function head(source: Source): Head {
  const links = NAMES.filter(([, , live]) => !live || source.live).map(([screen, words]) => {
    const badge = h("small");
    return { screen, badge, anchor: h("a", { "data-screen": screen }, words, badge) };
  });
  const brand = h("a", { className: "brand", "aria-label": "Heatreel, all pages" }, logo(), h("span", {}, "Heatreel"));
  const captures = h("select", { id: "capture", "aria-label": "Capture" });
  const about = h("span", { className: "fresh" });
  let choice: Choice = { label: "", where: [] };
  captures.addEventListener("change", () => {
    location.hash = link("pages", { ...choice, label: captures.value });
  });
  return {
    root: h(
      "header",
      { className: "head" },
      brand,
      h("nav", { "aria-label": "Screens" }, ...links.map(({ anchor }) => anchor)),
      h("div", { className: "about" }, about, captures, themeButton()),
    ),
    tell(workspace) {
      const labels = workspace.captures.map((capture) => capture.label);
      fill(captures, ...labels.map((label) => h("option", { value: label, selected: label === workspace.capture }, label)));
      captures.hidden = labels.length < 2 || !source.live;
      const { freshness } = workspace;
      const waiting = freshness.newer ? `${count(freshness.newer)} new batches` : "";
      fill(about, source.live ? waiting || workspace.name : [workspace.name, freshness.captured.slice(0, 10)].filter(Boolean).join(" · "));
      about.title = freshness.line;
      const found = Object.values(workspace.findings).reduce((sum, one) => sum + one, 0);
      for (const { screen, badge } of links) if (screen === "findings") badge.textContent = found ? count(found) : "";
    },
    show(screen, next) {
      choice = next;
      brand.href = link("pages", choice);
      const here = screen === "session" ? "sessions" : screen;
      for (const one of links) {
        one.anchor.href = link(one.screen, choice);
        if (one.screen === here) {
          one.anchor.setAttribute("aria-current", "page");
          const bar = one.anchor.parentElement!;
          bar.scrollLeft = one.anchor.offsetLeft - bar.offsetLeft - 40;
        } else one.anchor.removeAttribute("aria-current");
      }
    },
  };
}

const SVG = "http://www.w3.org/2000/svg";

/** A reel of heat. */
function logo(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 26 26");
  svg.setAttribute("aria-hidden", "true");
  const rings: [number, number, number, string][] = [[13, 13, 12, "#7e03a8"], [13, 13, 8.6, "#cc4778"], [13, 13, 5.2, "#f89540"], [13, 13, 2.2, "#f0f921"]];
  const holes = [0, 1, 2, 3, 4, 5, 6, 7].map((turn): [number, number, number, string] => [
    13 + 9.9 * Math.sin((turn * Math.PI) / 4), 13 - 9.9 * Math.cos((turn * Math.PI) / 4), 1.1, "#fff",
  ]);
  for (const [x, y, radius, colour] of [...rings, ...holes]) {
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: radius, fill: colour })) circle.setAttribute(name, String(value));
    svg.append(circle);
  }
  return svg;
}
