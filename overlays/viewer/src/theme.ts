/** Light or dark: as the system says, or as the reader chose. */
import { h, icon } from "./dom.js";

type Theme = "light" | "dark";
const KEY = "heatreel-theme";
const SUN = "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3";
const MOON = "M13.4 9.8A5.8 5.8 0 0 1 6.2 2.6a5.8 5.8 0 1 0 7.2 7.2Z";

/** Some browsers refuse storage to files on disk; the choice is then for this page only. */
function stored(): Theme | null {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : null;
  } catch {
    return null;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Nothing is lost but the memory of it.
  }
}

function current(): Theme {
  return (
    (document.documentElement.dataset["theme"] as Theme | undefined) ??
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")
  );
}

/** Applies the stored choice and returns the button that changes it. */
export function themeButton(): HTMLButtonElement {
  const chosen = stored();
  if (chosen) document.documentElement.dataset["theme"] = chosen;
  const button = h("button", { className: "quiet", type: "button" });
  const show = (): void => {
    const other = current() === "dark" ? "light" : "dark";
    button.replaceChildren(icon(other === "light" ? SUN : MOON));
    button.setAttribute("aria-label", `Use ${other} colours`);
    button.title = `Use ${other} colours`;
  };
  button.addEventListener("click", () => {
    const other: Theme = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset["theme"] = other;
    store(other);
    show();
  });
  show();
  return button;
}
