/** A carousel that waits to be moved: arrows, dots and arrow keys, no timer. */

export function mountCarousel(root) {
  if (!root) return;
  const slides = [...root.querySelectorAll(".slide")];
  const dots = [...root.querySelectorAll(".dots button")];
  let shown = 0;
  const show = (index) => {
    shown = (index + slides.length) % slides.length;
    slides.forEach((slide, at) => {
      slide.hidden = at !== shown;
    });
    dots.forEach((dot, at) => dot.setAttribute("aria-current", String(at === shown)));
  };
  root.querySelector(".next").addEventListener("click", () => show(shown + 1));
  root.querySelector(".previous").addEventListener("click", () => show(shown - 1));
  dots.forEach((dot, at) => dot.addEventListener("click", () => show(at)));
}
