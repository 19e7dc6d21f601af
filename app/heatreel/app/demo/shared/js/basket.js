/** The basket, kept in the visitor's browser. Who comes for the first time finds two things left in it. */

const KEY = "tarnway.basket";
const LEFT = [{ slug: "scree-mid", count: 1 }, { slug: "ember-stove", count: 1 }];

export function basket() {
  const kept = localStorage.getItem(KEY);
  return kept ? JSON.parse(kept) : LEFT.map((line) => ({ ...line }));
}

function keep(lines) {
  localStorage.setItem(KEY, JSON.stringify(lines));
  document.dispatchEvent(new CustomEvent("tarnway:basket"));
}

export function add(slug, count = 1) {
  const lines = basket();
  const line = lines.find((one) => one.slug === slug);
  if (line) line.count = Math.max(1, line.count + count);
  else lines.push({ slug, count });
  keep(lines);
}

export function remove(slug) {
  keep(basket().filter((line) => line.slug !== slug));
}

export const total = () => basket().reduce((sum, line) => sum + line.count, 0);
