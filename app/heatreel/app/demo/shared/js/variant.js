/** The arm of the hero test: told by `?variant=`, remembered, and written on the root element for the recorder. */

const KEY = "tarnway.variant";

export function variant() {
  const asked = new URLSearchParams(location.search).get("variant");
  if (asked === "a" || asked === "b") localStorage.setItem(KEY, asked);
  return localStorage.getItem(KEY) === "b" ? "b" : "a";
}

export function markVariant() {
  document.documentElement.dataset.variant = variant();
}
