import { describe, expect, it } from "vitest";
import type { ElementNumbers, PageDocument, State } from "../src/data.js";
import { asPercent, elementAt } from "../src/geometry.js";
import { asCsv, matches, ranked } from "../src/ranking.js";
import { Store, choices, firstView, fromHash, placeAt, toHash } from "../src/view.js";

function element(i: number, numbers: Partial<ElementNumbers> = {}): ElementNumbers {
  return { i, name: `Button ${i}`, selector: `#b${i}`, box: [i * 10, 0, 10, 10], acts: true, ...numbers };
}

function state(id: string, elements: ElementNumbers[] = []): State {
  return {
    id, label: id, kind: "tab", recipe: [], width: 100, height: 100, events: 1, share: 1, clicks: 1, thumb: "",
    picture: [], layers: {}, elements,
  };
}

function place(name: string, visits: number, states: State[]) {
  const viewport = { name, width: 100, height: 100, dpr: 1, touch: false };
  return { viewport, variant: "", visits, ledger: {}, unknown: [], states };
}

const kind = { name: "click", title: "Clicks", short: "Clicks", noun: "clicks", about: "", drawing: "density", enough: 1 };
const doc = {
  places: [
    place("desktop", 3, [state("tab-a"), state("default", [element(4)])]),
    place("mobile", 9, [state("default"), state("tab-a")]),
  ],
  kinds: [kind, { ...kind, name: "scroll" }],
} as unknown as PageDocument;

describe("the view in a link", () => {
  it("begins with the place of most visits, the default state and clicks", () => {
    expect(firstView(doc)).toEqual({ place: 1, state: 0, kind: "click", opacity: 100, fit: true, pinned: -1 });
  });

  it("comes back from its link", () => {
    for (const view of [
      firstView(doc),
      { place: 0, state: 1, kind: "scroll", opacity: 35, fit: false, pinned: 4 },
      { place: 1, state: 1, kind: "click", opacity: 0, fit: true, pinned: -1 },
    ]) {
      expect(fromHash(doc, toHash(doc, view))).toEqual(view);
    }
  });

  it("leaves alone what a link names wrongly", () => {
    expect(fromHash(doc, "#v=watch&s=none&k=gaze&o=900&e=77&%%%")).toEqual(firstView(doc));
    expect(fromHash(doc, "#k=constructor&v=__proto__")).toEqual(firstView(doc));
  });

  it("keeps the state when the place changes, and lets go of the pinned element", () => {
    const store = new Store(doc, { ...firstView(doc), place: 0, state: 0, pinned: 4 });
    store.setPlace(1);
    expect(store.view).toMatchObject({ place: 1, state: 1, pinned: -1 });
  });
});

describe("viewports and variants", () => {
  it("are offered each once, and fall back to the viewport's first", () => {
    const arms = { ...doc, places: [...doc.places, { ...doc.places[1]!, variant: "b" }] } as PageDocument;
    expect(choices(arms)).toEqual({ viewports: ["desktop", "mobile"], variants: ["", "b"] });
    expect(placeAt(arms, "mobile", "b")).toBe(2);
    expect(placeAt(arms, "desktop", "b")).toBe(0);
  });
});

describe("elements", () => {
  it("are found by the smallest box under a point", () => {
    const body = element(0, { box: [0, 0, 100, 100], clicks: 50 });
    const button = element(1, { box: [10, 10, 20, 20] });
    expect(elementAt([body, button], 15, 15)).toBe(button);
    expect(elementAt([body, button], 31, 15)).toBe(body);
    expect(elementAt([body, button], 100, 15)).toBeNull();
  });

  it("are placed as shares of the page", () => {
    expect(asPercent([10, 50, 20, 5], 200, 500)).toEqual({
      left: "5.0000%", top: "10.0000%", width: "10.0000%", height: "1.0000%",
    });
  });

  it("are ranked by a column, ties by clicks, without those that nobody clicked", () => {
    const some = [element(0), element(1, { clicks: 2, dead: 1 }), element(2, { clicks: 5, dead: 1 }), element(3, { clicks: 9 })];
    expect(ranked(some, "clicks").map((one) => one.i)).toEqual([3, 2, 1]);
    expect(ranked(some, "dead").map((one) => one.i)).toEqual([2, 1, 3]);
  });

  it("are searched by all words", () => {
    expect(matches(element(7), "button #B7")).toBe(true);
    expect(matches(element(7), "button 8")).toBe(false);
    expect(matches(element(7), "")).toBe(true);
  });

  it("become CSV in which no text is a formula", () => {
    const csv = asCsv([element(1, { name: '=HYPERLINK("http://h.invalid")', clicks: 3, share: 0.5 })]);
    expect(csv.split("\r\n")[1]).toBe(`"'=HYPERLINK(""http://h.invalid"")","#b1",3,0.5,0,0,0,0,0,0,0,0`);
  });
});
