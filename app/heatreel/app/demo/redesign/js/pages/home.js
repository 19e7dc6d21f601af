import { mountCarousel } from "/shared/js/carousel.js";
import { money, picture, products } from "/shared/js/data.js";
import { variant } from "/shared/js/variant.js";

const heroes = {
  a: `
  <section class="hero">
    <img class="hero-picture" src="${picture("dawn.webp")}" alt="" width="1600" height="900">
    <div class="shell hero-words">
      <p class="eyebrow">Autumn, walked in</p>
      <h1>Built for the<br>long way round</h1>
      <p class="lead">Six things for the hills, made to be mended. If it tears, we sew it. If it wears, we resole it.</p>
      <p class="actions"><a class="button" href="/product/ridgeline-38">Shop the gear</a><a class="button quiet" href="/help">How we mend</a></p>
    </div>
  </section>`,
  b: `
  <section class="hero hero-b">
    <img class="hero-picture" src="${picture("lake.webp")}" alt="" width="1200" height="800">
    <div class="shell hero-words">
      <h1>Carry less. Stay longer.</h1>
      <p class="lead">The whole kit for three days out weighs less than your laptop bag on Monday.</p>
      <p class="actions"><a class="button" href="/shop">Find your kit</a></p>
    </div>
  </section>`,
};

const card = (item) => `
  <article class="tile"><a class="tile-link" href="/product/${item.slug}">
    <div class="tile-picture"><img loading="lazy" src="${picture(item.picture)}" alt="" width="800" height="800"></div>
    <div class="tile-words"><span class="card-kind">${item.kind}</span>
    <span class="card-name">${item.name}</span>
    <span class="card-price">${money(item.price)}</span></div>
  </a></article>`;

const trips = [
  ["dusk.webp", "Two nights above Borrowdale", "“The Larkspur stood where the map said there was no flat ground.”", "larkspur-2", "The tent they slept in"],
  ["winter.webp", "Across the Hardanger plateau", "“Four days of sleet. I unzipped the shell twice.”", "stormcap-shell", "The shell she wore"],
  ["night.webp", "Moonrise on the Nordkette", "“We turned the lamps off and walked on.”", "nightjar-lamp", "The lamp they turned off"],
];

const slide = ([image, title, words, slug, link], at) => `
  <figure class="slide"${at ? " hidden" : ""}>
    <img src="${picture(image)}" alt="" width="1200" height="800">
    <figcaption><h3>${title}</h3><p>${words}</p><a href="/product/${slug}">${link}</a></figcaption>
  </figure>`;

const seasons = [
  ["spring", "Spring", "moor.webp", "Mud, lambs, rain from the side.", ["scree-mid", "stormcap-shell"]],
  ["autumn", "Autumn", "dawn.webp", "Short days, long shadows, dry leaves in the tent.", ["ridgeline-38", "larkspur-2"]],
  ["winter", "Winter", "winter.webp", "Cold hands, hot tea, a beam in front of you.", ["ember-stove", "nightjar-lamp"]],
];

const season = ([id, label, image, words, slugs]) => `
  <div class="season season-${id}">
    <img src="${picture(image)}" alt="" width="1200" height="800">
    <div><h3>${label}</h3><p>${words}</p><ul>${slugs
      .map((slug) => products.find((item) => item.slug === slug))
      .map((item) => `<li><a href="/product/${item.slug}">${item.name}</a><span>${money(item.price)}</span></li>`)
      .join("")}</ul></div>
  </div>`;

const notes = [
  ["lake.webp", "A kettle, a lake", "Why we boil water before we pitch."],
  ["moor.webp", "Reading heather", "It tells you where the bog begins."],
  ["night.webp", "Dark adapted", "Twenty minutes that change a walk."],
  ["dawn.webp", "Up before the wind", "Ridges are quiet until nine."],
  ["winter.webp", "Snow that holds", "Three sounds to listen for."],
  ["dusk.webp", "The last bus", "Planning backwards from 19:42."],
];

const html = (arm) => `
  ${heroes[arm]}
  <section class="shell band">
    <div class="band-head"><h2>What we make</h2><a href="/shop">See all colours</a></div>
    <div class="cards">${products.slice(0, 4).map(card).join("")}</div>
  </section>
  <section class="band tint">
    <div class="shell">
      <div class="carousel" aria-roledescription="carousel" aria-label="From the field">
        <div class="slides">${trips.map(slide).join("")}</div>
        <div class="carousel-bar">
          <button class="previous" aria-label="Previous">←</button>
          <div class="dots">${trips
            .map(([, title], at) => `<button aria-label="${title}" aria-current="${at === 0}"></button>`).join("")}</div>
          <button class="next" aria-label="Next">→</button>
        </div>
      </div>
    </div>
  </section>
  <section class="shell band">
    <h2>Three shops with a workbench</h2>
    <store-finder></store-finder>
  </section>
  <section class="shell band">
    <h2>Dress for the month, not the map</h2>
    <div class="seasons">
      ${seasons.map(([id], at) => `<input type="radio" name="season" id="season-${id}"${at === 1 ? " checked" : ""}>`).join("")}
      <div class="season-labels">${seasons.toReversed().map(([id, label]) => `<label for="season-${id}">${label}</label>`).join("")}</div>
      ${seasons.map(season).join("")}
    </div>
  </section>
  <section class="band tint">
    <div class="shell"><h2>Field notes</h2></div>
    <div class="notes" tabindex="0" aria-label="Field notes">${notes
      .map(([image, title, words]) => `<article><img loading="lazy" src="${picture(image)}" alt="" width="1200" height="800"><h3>${title}</h3><p>${words}</p></article>`)
      .join("")}</div>
  </section>`;

export const home = () => ({
  name: "home",
  title: "Gear for long walks",
  html: html(variant()),
  mount: (root) => mountCarousel(root.querySelector(".carousel")),
});
