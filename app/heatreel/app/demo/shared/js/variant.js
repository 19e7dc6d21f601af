/** The arm of the hero test: told by `?variant=`, and remembered. */

const KEY = "tarnway.variant";

export function variant() {
  const asked = new URLSearchParams(location.search).get("variant");
  if (asked === "a" || asked === "b") localStorage.setItem(KEY, asked);
  return localStorage.getItem(KEY) === "b" ? "b" : "a";
}

/** Says the arm to the recorder, where there is one; it is loaded by then. */
export function tellVariant() {
  addEventListener("load", () => globalThis.heatreel?.set("variant", variant()));
}
