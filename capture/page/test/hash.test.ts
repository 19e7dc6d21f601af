import { expect, test } from "vitest";
import { digest, hash } from "../src/hash";
import { minhash } from "../src/minhash";

const words = (from: number, to: number): Set<number> =>
  new Set(Array.from({ length: to - from }, (_, i) => hash(`word ${from + i}`)));

const bitsOf = (sketch: string): string =>
  [...atob(sketch)].map((char) => char.charCodeAt(0).toString(2).padStart(8, "0")).join("");

const differing = (a: string, b: string): number => {
  const other = bitsOf(b);
  return [...bitsOf(a)].filter((bit, i) => bit !== other[i]).length;
};

// Kept here because Python computes the same: tests/page/test_hashes.py.
test("hashes do not change from one version to the next", () => {
  expect([hash(""), hash("a"), hash("Größe 😀")]).toMatchInlineSnapshot(`
    [
      0,
      2982407054,
      512410917,
    ]
  `);
  expect(digest("Add to cart", "site")).toMatchInlineSnapshot(`"1h81wjn"`);
  expect(minhash(new Set([1, 2, 3]), 64)).toMatchInlineSnapshot(`"tJ5nOoifzVw="`);
});

test("nothing hashes to nothing", () => {
  expect(digest("", "site")).toBe("");
  expect(minhash(new Set(), 64)).toBe("");
});

test("another key gives another hash", () => {
  expect(digest("Add to cart", "one")).not.toBe(digest("Add to cart", "two"));
});

test("hashes of similar texts do not collide", () => {
  const texts = Array.from({ length: 20000 }, (_, i) => `Product ${i}`);
  expect(new Set(texts.map((text) => digest(text, "k"))).size).toBeGreaterThan(texts.length - 3);
});

test("bits of sketches differ in proportion to the distance of the sets", () => {
  const base = words(0, 600);
  for (const shared of [600, 594, 540, 300, 0]) {
    const other = words(600 - shared, 1200 - shared);
    const jaccard = shared / (1200 - shared);
    const share = differing(minhash(base, 1024), minhash(other, 1024)) / 1024;
    // Five standard errors of a share of 1024 bits.
    const error = 5 * Math.sqrt(((1 - jaccard) * (1 + jaccard)) / 4 / 1024);
    expect(Math.abs(share - (1 - jaccard) / 2)).toBeLessThanOrEqual(error);
  }
});

test("a sketch does not depend on the order in which items came", () => {
  expect(minhash(new Set([5, 9, 7]), 64)).toBe(minhash(new Set([7, 5, 9]), 64));
});
