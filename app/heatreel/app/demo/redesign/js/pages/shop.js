import { catalogue, money, picture } from "/shared/js/data.js";
import { mountEndless } from "/shared/js/endless.js";

const tile = (item) => `
  <li class="card">
    <span class="card-picture"><img loading="lazy" src="${picture(item.picture)}" alt="" width="800" height="800" style="filter:hue-rotate(${item.hue}deg)"></span>
    <span class="card-kind">${item.kind}, ${item.colour.toLowerCase()}</span>
    <a class="card-name" href="/product/${item.slug}">${item.name}</a>
    <span class="card-price">${money(item.price)}</span>
  </li>`;

export const shop = () => ({
  name: "shop",
  title: "All gear",
  html: `
  <section class="shell band list-page">
    <p class="eyebrow">Everything, in every colour</p>
    <h1>All gear</h1>
    <p class="lead">Six things, four colours each. Scroll on; it ends.</p>
    <ul class="cards list"></ul>
    <p class="list-end">More below …</p>
  </section>`,
  mount: (root) =>
    mountEndless(root.querySelector(".list"), root.querySelector(".list-end"), catalogue, tile, { first: 12, step: 6 }),
});
