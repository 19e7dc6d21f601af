/** The report of a verify: choosing findings, and the line between two builds. */
import "./verify.css";
import { count } from "./dom.js";

export function showVerify(root: HTMLElement): void {
  filter(root);
  const heat = root.querySelector<HTMLInputElement>("#heat");
  heat?.addEventListener("change", () => root.querySelector("#sides")?.classList.toggle("cold", !heat.checked));
  for (const slider of root.querySelectorAll<HTMLElement>(".slider")) slide(slider);
}

function filter(root: HTMLElement): void {
  const findings = [...root.querySelectorAll<HTMLElement>("#findings > li")];
  const shown = root.querySelector("#shown");
  const keys = ["status", "rule", "page"] as const;
  const selects = keys.map((key) => root.querySelector<HTMLSelectElement>(`#${key}`));
  function show(): void {
    let left = 0;
    for (const finding of findings) {
      finding.hidden = keys.some((key, at) => {
        const wanted = selects[at]?.value;
        return Boolean(wanted) && finding.dataset[key] !== wanted;
      });
      left += finding.hidden ? 0 : 1;
    }
    if (shown) shown.textContent = left === findings.length ? "" : `${count(left)} of ${count(findings.length)}`;
  }
  for (const select of selects) select?.addEventListener("change", show);
}

/** A range input lies over both pictures: it drags, and it takes the keys. */
function slide(slider: HTMLElement): void {
  const range = slider.querySelector<HTMLInputElement>("input");
  if (!range) return;
  const show = (): void => slider.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", show);
  show();
}
