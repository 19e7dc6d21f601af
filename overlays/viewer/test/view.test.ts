import { describe, expect, it } from "vitest";
import { choiceOf, link, readAddress, withWhere } from "../src/address.js";
import type { ElementNumbers, Kind, PageDocument, State } from "../src/api.js";
import { asPercent, elementAt } from "../src/geometry.js";
import { asCsv, matches, ranked } from "../src/ranking.js";
import { type View, choices, firstView, fromWords, placeAt, toWords } from "../src/view.js";

function element(i: number, numbers: Partial<ElementNumbers> = {}): ElementNumbers {
  return { i, name: `Button ${i}`, role: "button", selector: `#b${i}`, box: [i * 10, 0, 10, 10], acts: true, ...numbers };
}

function state(id: string): State {
  return {
    id, label: id, kind: "tab", parent: "", recipe: [], snapshot: 1, width: 100, height: 100, events: 1, share: 1, clicks: 1,
    frustrated: 0, thumb: "", picture: [],
  };
}

function place(name: string, visits: number, states: State[], variant = "") {
  const viewport = { name, width: 100, height: 100, dpr: 1, touch: false };
  return { viewport, variant, visits, events: 1, ledger: {}, unknown: [], states };
}

const kinds = [{ name: "click" }, { name: "scroll" }] as Kind[];
const doc = {
  page: "/shop",
  places: [place("desktop", 3, [state("tab-a"), state("default")]), place("mobile", 9, [state("default"), state("tab-a")])],
} as unknown as PageDocument;

describe("the view in a link", () => {
  it("begins with the place of most visits, the default state and clicks", () => {
    expect(firstView(doc)).toEqual({ place: 1, state: 0, kind: "click", opacity: 100, fit: true, pinned: -1, width: 0 });
  });

  it("comes back from its link", () => {
    const views: View[] = [
      firstView(doc),
      { place: 0, state: 1, kind: "scroll", opacity: 35, fit: false, pinned: 4, width: 0 },
      { place: 1, state: 1, kind: "click", opacity: 0, fit: true, pinned: -1, width: 820 },
    ];
    for (const view of views) {
      const hash = link("map", { label: "v2", where: ["touch=true", "time>2026-01-01"] }, toWords(doc, view));
      const address = readAddress(hash);
      expect(address.screen).toBe("map");
      expect(fromWords(doc, address.words, kinds)).toEqual(view);
      expect(choiceOf(address)).toEqual({ label: "v2", where: ["touch=true", "time>2026-01-01"] });
    }
  });

  it("is as at the beginning where the link says nonsense", () => {
    const words = new URLSearchParams("viewport=watch&state=__proto__&kind=toString&opacity=4000&width=3&element=x");
    expect(fromWords(doc, words, kinds)).toEqual(firstView(doc));
    expect(readAddress("#/toString?x").screen).toBe("pages");
    expect(readAddress("").screen).toBe("pages");
  });

  it("keeps the rest when the segment changes", () => {
    const address = readAddress("#/map?page=/a%26b&where=touch%3Dtrue&kind=dead");
    const next = readAddress(withWhere(address, ["country=NO", "language~de"]));
    expect([...next.words]).toEqual([["page", "/a&b"], ["kind", "dead"], ["where", "country=NO"], ["where", "language~de"]]);
  });

  it("finds a viewport and variant, or else the viewport", () => {
    const arms = { places: [place("desktop", 1, [state("default")]), place("desktop", 1, [state("default")], "b")] } as unknown as PageDocument;
    expect(placeAt(arms, "desktop", "b")).toBe(1);
    expect(placeAt(arms, "desktop", "none")).toBe(0);
    expect(choices(arms)).toEqual({ viewports: ["desktop"], variants: ["", "b"] });
  });
});

describe("elements", () => {
  it("are found from the inside", () => {
    const body = element(0, { box: [0, 0, 1000, 1000] });
    const button = element(1, { box: [10, 10, 20, 20] });
    expect(elementAt([body, button], 15, 15)).toBe(button);
    expect(elementAt([body, button], 500, 15)).toBe(body);
    expect(elementAt([button], 500, 15)).toBeNull();
  });

  it("are ranked by a column, then by clicks; those without clicks are left out", () => {
    const rows = [element(0, { clicks: 5, rage: 0 }), element(1, { clicks: 2, rage: 2 }), element(2), element(3, { clicks: 9, rage: 0 })];
    expect(ranked(rows, "clicks").map((one) => one.i)).toEqual([3, 0, 1]);
    expect(ranked(rows, "rage").map((one) => one.i)).toEqual([1, 3, 0]);
  });

  it("are found by words of name and selector", () => {
    expect(matches(element(7), "button #b7")).toBe(true);
    expect(matches(element(7), "link")).toBe(false);
  });

  it("make a CSV that is text for a spreadsheet", () => {
    const csv = asCsv([element(1, { name: '=HYPERLINK("x")', clicks: 3 })]);
    expect(csv.split("\r\n")[1]).toContain(`"'=HYPERLINK(""x"")"`);
  });

  it("lie on a page by shares", () => {
    expect(asPercent([10, 20, 30, 40], 100, 200)).toEqual({ left: "10.0000%", top: "10.0000%", width: "30.0000%", height: "20.0000%" });
  });
});
