/** Copying texts. */
import { h, icon } from "./dom.js";

const COPY = "M5.5 5.5v-4h9v9h-4M1.5 5.5h9v9h-9z";
const DONE = "M2.5 8.5l3.5 3.5 7.5-8";

/** A button that puts a text on the clipboard and says so. */
export function copyButton(text: string | (() => string), words = ""): HTMLButtonElement {
  const label = words || "Copy";
  const button = h("button", { type: "button", className: "quiet copy", "aria-label": label, title: label }, icon(COPY), words || null);
  button.addEventListener("click", () => {
    void copy(typeof text === "string" ? text : text()).then(() => {
      button.replaceChildren(icon(DONE), words ? "Copied" : "");
      button.setAttribute("aria-label", "Copied");
      setTimeout(() => {
        button.replaceChildren(icon(COPY), words);
        button.setAttribute("aria-label", label);
      }, 1600);
    });
  });
  return button;
}

/** Pages on disk and on plain addresses have no clipboard of the newer kind. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", { value: text, className: "sr", "aria-hidden": "true" });
    const open = document.querySelector("dialog[open]") ?? document.body;
    open.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
