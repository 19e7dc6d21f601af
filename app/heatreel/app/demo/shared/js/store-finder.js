/** `<store-finder>`: our three shops, in a shadow root of its own. */

const shops = [
  ["Keswick", "14 Lake Road", "Mon to Sat, 9 to 18", "Boots resoled while you have lunch next door."],
  ["Bergen", "Øvregaten 7", "Mon to Fri, 10 to 18", "The drying room is open to everyone who is wet."],
  ["Innsbruck", "Höttinger Gasse 22", "Tue to Sat, 9 to 19", "Maps for lending; bring them back with notes."],
];

const style = `
  :host { display: block; }
  .shops { display: grid; grid-template-columns: minmax(150px, 220px) 1fr; gap: 28px; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; align-content: start; }
  button { width: 100%; font: inherit; text-align: left; padding: 12px 16px; border-radius: 12px; cursor: pointer;
    border: 1px solid var(--line); background: transparent; color: inherit; }
  button:hover { border-color: var(--accent); }
  button[aria-pressed=true] { background: var(--pine); border-color: var(--pine); color: var(--on-pine); }
  section { padding: 24px 28px; border-radius: 18px; background: var(--surface); border: 1px solid var(--line); }
  section[hidden] { display: none; }
  h3 { margin: 0 0 6px; font: 700 26px/1.15 var(--display); }
  p { margin: 0 0 8px; max-width: 46ch; } .soft { color: var(--soft); }
  a { color: var(--accent); font-weight: 600; }
  @media (max-width: 560px) { .shops { grid-template-columns: 1fr; gap: 14px; } ul { grid-auto-flow: column; }
    button { padding: 12px 10px; text-align: center; } }
`;

class StoreFinder extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `<style>${style}</style><div class="shops"><ul>${shops
      .map(([city], at) => `<li><button aria-pressed="${at === 0}">${city}</button></li>`).join("")}</ul><div>${shops
      .map(([city, street, hours, note], at) => `<section${at ? " hidden" : ""}><h3>${city}</h3>
        <p>${street}<br><span class="soft">${hours}</span></p><p>${note}</p>
        <a href="/help">How repairs work in ${city}</a></section>`).join("")}</div></div>`;
    const buttons = [...root.querySelectorAll("button")];
    const rooms = [...root.querySelectorAll("section")];
    buttons.forEach((button, at) => button.addEventListener("click", () => {
      buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      rooms.forEach((room, place) => { room.hidden = place !== at; });
    }));
    root.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      import("./router.js").then(({ go }) => go(link.getAttribute("href")));
    });
  }
}

customElements.define("store-finder", StoreFinder);
