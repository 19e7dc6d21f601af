// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { coloured, density, paletteOf, shareOf } from "../src/width/heat.js";
import { asCaptured } from "../src/width/media.js";
import { type StoredNode, rebuild } from "../src/width/rebuild.js";
import { safeAttribute, safeCss } from "../src/width/safe.js";

const device = { height: 900, touch: false };

function element(tagName: string, attributes: Record<string, unknown> = {}, ...childNodes: StoredNode[]): StoredNode {
  return { type: 2, tagName, attributes, childNodes };
}

function page(...body: StoredNode[]): Document {
  const into = document.implementation.createHTMLDocument("");
  rebuild({ type: 0, childNodes: [element("html", {}, element("head"), element("body", {}, ...body))] }, into, device);
  return into;
}

describe("what may come in", () => {
  it("leaves out what runs, goes or asks", () => {
    const made = page(
      element("script", {}, { type: 3, textContent: "broken()" }),
      element("a", { href: "javascript:broken()", onclick: "broken()", target: "_top" }, { type: 3, textContent: "</script>" }),
      element("form", { action: "http://h.invalid/" }, element("button", { formaction: "http://h.invalid/" })),
      element("meta", { "http-equiv": "refresh", content: "0;url=http://h.invalid/" }),
      element("iframe", { src: "http://h.invalid/", srcdoc: "<script>1</script>" }),
      element("object", { data: "http://h.invalid/" }),
      element("base", { href: "http://h.invalid/" }),
      element("img", { src: "http://h.invalid/a.png", srcset: "http://h.invalid/b.png 2x", onerror: "broken()" }),
      element("svg", {}, element("animate", { attributeName: "href", to: "javascript:broken()" }), element("use", { "xlink:href": "http://h.invalid/#a" })),
    );
    const html = made.documentElement.outerHTML;
    expect(html).not.toMatch(/h\.invalid|javascript:|onclick|onerror|srcdoc|<script|<object|<base|<animate/);
    expect(made.querySelector("a")!.getAttribute("href")).toBe("#");
    expect(made.querySelector("iframe")!.getAttribute("sandbox")).toBe("allow-same-origin");
    expect([...made.querySelectorAll("meta")].map((one) => one.getAttribute("http-equiv"))).toEqual(["Content-Security-Policy"]);
  });

  it("is under its policy from the first", () => {
    const made = page(element("img", { src: "data:image/png;base64,AA" }));
    expect(made.head.firstElementChild!.getAttribute("http-equiv")).toBe("Content-Security-Policy");
  });

  it("leaves out what has a prefix, and names that would stand for the document's own", () => {
    const made = page(
      element("svg", {}, { ...element("svg:script", {}, { type: 3, textContent: "broken()" }), isSVG: true }),
      element("img", { name: "images", id: "fonts" }), element("form", { name: "querySelector", id: "login" }), element("form", { name: "order" }),
    );
    expect(made.getElementsByTagNameNS("*", "script")).toHaveLength(0);
    expect(made.images).toHaveLength(1);
    expect(made.querySelector("#login")).not.toBeNull();
    expect(made.querySelector("form[name=order]")).not.toBeNull();
  });

  it("answers for the device in attributes too", () => {
    const made = page(
      element("div", { style: "min-height: 50vh" }),
      element("link", { media: "(prefers-color-scheme: dark)", _cssText: "body { color: red }" }),
    );
    expect(made.querySelector("div")!.getAttribute("style")).toContain("450px");
    expect(made.querySelector("style")!.media).not.toContain("dark");
  });

  it("keeps what is in the page itself", () => {
    expect(safeAttribute("img", "src", "data:image/png;base64,AAAA")).toBe("data:image/png;base64,AAAA");
    expect(safeAttribute("img", "src", "data:text/html,<script>")).toBeNull();
    expect(safeAttribute("use", "href", "#shape")).toBe("#shape");
    expect(safeAttribute("div", "class", "a b")).toBe("a b");
  });

  it.each([
    "a{background:url(http://h.invalid/a)}",
    "a{background:u\\72l(http://h.invalid/a)}",
    "a{background:URL( 'http://h.invalid/a' )}",
    "@import 'http://h.invalid/a';",
    "@\\69mport url(http://h.invalid/a);",
    '@import "http://h.invalid/a" screen;a{color:red}',
    "a{background:image-set('http://h.invalid/a' 1x)}",
    "a{background:-webkit-image-set(url(http://h.invalid/a) 1x)}",
  ])("asks nothing: %s", (css) => {
    expect(safeCss(css)).not.toContain("h.invalid");
  });

  it("keeps fonts and pictures of a million characters", () => {
    const css = `@font-face{src:url("data:font/woff2;base64,${"A".repeat(2_000_000)}")}b{color:red}`;
    expect(safeCss(css)).toBe(css);
  });
});

describe("style as it was captured", () => {
  it("answers for the device that the page was captured at", () => {
    expect(asCaptured("@media (prefers-color-scheme: dark){a{}}", device)).toBe("@media (max-width: 0px){a{}}");
    expect(asCaptured("@media (hover: hover) and (pointer:fine){a{}}", device)).toBe("@media (min-width: 0px) and (min-width: 0px){a{}}");
    expect(asCaptured("a{height:calc(100vh - 2px);top:50dvh;width:10vw}", device)).toBe("a{height:calc(900px - 2px);top:450px;width:10vw}");
    expect(asCaptured("a:hover{color:red}", device)).toBe("a:hover{color:red}");
  });
});

describe("heat", () => {
  it("peaks at its weight, wherever it is", () => {
    for (const at of [{ x: 102, y: 102 }, { x: 302, y: 58 }]) {
      const heat = density([{ ...at, weight: 7 }], 100, 50, 40);
      expect(Math.max(...heat)).toBeCloseTo(7, 5);
      expect(heat.indexOf(Math.max(...heat))).toBe(Math.floor(at.y / 4) * 100 + Math.floor(at.x / 4));
    }
  });

  it("adds up", () => {
    const both = density([{ x: 50, y: 50, weight: 1 }, { x: 70, y: 50, weight: 2 }], 40, 30, 40);
    const one = density([{ x: 50, y: 50, weight: 1 }], 40, 30, 40);
    const two = density([{ x: 70, y: 50, weight: 2 }], 40, 30, 40);
    both.forEach((value, cell) => expect(value).toBeCloseTo(one[cell]! + two[cell]!, 5));
  });

  it("lies on the colour bar as in Python", () => {
    // Numbers of `Scale("robust", 10, 40).share_of` and `Scale("log", 10).share_of`, overlays/tone.py.
    const robust = { tone: "robust", top: 10, peak: 40 };
    const log = { tone: "log", top: 10, peak: 10 };
    expect([0, 1, 10, 20, 40].map((heat) => shareOf(heat, robust))).toEqual(ROBUST.map((value) => expect.closeTo(value, 6)));
    expect([0, 1, 10, 20].map((heat) => shareOf(heat, log))).toEqual(LOG.map((value) => expect.closeTo(value, 6)));
  });

  it("is clear where nothing is", () => {
    const palette = paletteOf(["rgb(0 0 0 / 0)", "rgb(255 255 0 / 1)"]);
    const pixels = coloured(new Float32Array([0, 4]), { tone: "log", top: 4, peak: 4 }, palette);
    expect([...pixels]).toEqual([0, 0, 0, 0, 255, 255, 0, 255]);
  });
});

const ROBUST = [0, 0.410136, 0.9, 0.95, 1];
const LOG = [0, 0.455707, 1, 1];
