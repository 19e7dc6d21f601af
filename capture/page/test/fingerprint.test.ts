// @vitest-environment jsdom
import { expect, test } from "vitest";
import { classes, group, near } from "../src/around";
import { fingerprint, nameSketch, seal } from "../src/fingerprint";
import { landmark, role } from "../src/role";
import { compareSketches } from "../src/sketch";

const page = (html: string): void => {
  document.body.innerHTML = html;
};
const find = (css: string): Element => document.querySelector(css)!;

test("reworded names stay comparable, others do not", () => {
  const alike = (a: string, b: string): number => compareSketches(nameSketch(a, "key"), nameSketch(b, "key"));
  expect(alike("Add to cart", "Add to cart")).toBe(1);
  expect(alike("Item 12", "Item 57")).toBe(1);
  expect(alike("Frequently asked questions", "Frequent questions")).toBeGreaterThan(0.3);
  expect(alike("Frequently asked questions", "Size guide")).toBeLessThan(0.3);
});

test("a sealed fingerprint holds no text", () => {
  page("<main><a href='/cart' title='Hint'>Private words</a></main>");
  const sealed = seal(fingerprint(find("a")), "key");
  expect(JSON.stringify(sealed)).not.toMatch(/Private|words|Hint/);
  expect(sealed.nameHash).toBe(sealed.textHash);
});

test("a group is that of the nearest repeated ancestor", () => {
  page("<ul><li><a>One</a></li><li class=active><a>Two</a></li><li><a>Three</a></li><li><b>Other</b></li></ul>");
  expect(group(find("li:nth-child(2) a"), new Map())).toEqual([1, 3]);
  expect(group(find("li:nth-child(4)"), new Map())).toEqual([0, 1]);
});

test("near are the neighbours and the headings above, nearest first", () => {
  page("<section><h2>Offers</h2><div><h3>Jackets</h3><p><a>Blue</a><a id=it>Red</a><a>Green</a></p></div></section>");
  expect(near(find("#it"), new Map())).toEqual(["Blue", "Green", "Jackets", "Offers"]);
});

test("classes keep what a person gave and no states", () => {
  page("<p class='card is-open active css-1ab2c price--large collapsed mt-10 Button_x3Yz9q'></p>");
  expect(classes(find("p"))).toEqual(["card", "price--large"]);
});

test.each([
  ["<a href=/x></a>", "link"], ["<a></a>", ""], ["<input>", "textbox"], ["<input type=RADIO>", "radio"],
  ["<h2></h2>", "heading"], ["<div role='Tab presentation'></div>", "tab"], ["<section></section>", ""],
  ["<section aria-label=x></section>", "region"], ["<header></header>", "banner"], ["<constructor></constructor>", ""],
])("%s has the role %s", (html, expected) => {
  page(html);
  expect(role(document.body.firstElementChild!)).toBe(expected);
});

test("a header inside an article is no landmark", () => {
  page("<main><article><header><b>x</b></header></article></main><footer><i>y</i></footer>");
  expect(landmark(find("b"), new Map())).toBe("main");
  expect(landmark(find("i"), new Map())).toBe("contentinfo");
});
