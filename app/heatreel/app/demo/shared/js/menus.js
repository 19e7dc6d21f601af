/**
 * Menus of the header. A mouse opens one by resting on it and a click pins it; a finger or the keyboard opens
 * and closes it by pressing. Escape, a press elsewhere and a change of page close all.
 */

const wide = matchMedia("(min-width: 700px)");

function set(item, open) {
  const button = item.querySelector("button");
  if (button.getAttribute("aria-expanded") === String(open)) return;
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  if (!open) delete item.dataset.pinned;
}

export function mountMenus(header, itemSelector) {
  const items = [...header.querySelectorAll(itemSelector)];
  const closeAll = (except) => items.forEach((item) => item !== except && set(item, false));
  for (const item of items) {
    const button = item.querySelector("button");
    item.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse" || !wide.matches) return;
      closeAll(item);
      set(item, true);
    });
    item.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && wide.matches && !item.dataset.pinned) set(item, false);
    });
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      const byRest = open && !item.dataset.pinned && wide.matches && item.matches(":hover");
      closeAll(item);
      set(item, byRest || !open);
      if (!open || byRest) item.dataset.pinned = "";
    });
  }
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().some((node) => items.includes(node)) && wide.matches) closeAll();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeAll());
  document.addEventListener("tarnway:page", () => closeAll());
}

/** The burger of small windows: shows and hides the whole navigation. */
export function mountBurger(button, navigation) {
  const set = (open) => {
    button.setAttribute("aria-expanded", String(open));
    navigation.classList.toggle("is-open", open);
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("tarnway:page", () => set(false));
}
