/** ARIA accordion: a button in a heading shows and hides the region that it controls. */

export function mountAccordions(root) {
  for (const button of root.querySelectorAll(".accordion button[aria-expanded]")) {
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      document.getElementById(button.getAttribute("aria-controls")).hidden = open;
    });
  }
}
