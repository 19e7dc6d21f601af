import { add } from "/shared/js/basket.js";
import { money, picture, productOf, products } from "/shared/js/data.js";
import { mountTabs } from "/shared/js/tabs.js";
import { missing } from "./missing.js";

const stars = (rating) => `<span class="stars" style="--rating:${rating}" aria-label="${rating} of 5"></span>`;

const gallery = (item) => `
  <div class="gallery">
    <img class="gallery-main" src="${picture(item.picture)}" alt="${item.name}" width="800" height="800">
    <div class="gallery-more">
      <span class="zoomed"><img src="${picture(item.picture)}" alt="${item.name}, seen close" width="800" height="800"></span>
      <img src="${picture(item.scene)}" alt="Where it belongs" width="1200" height="800">
    </div>
  </div>`;

const buy = (item) => `
  <div class="buy">
    <p class="eyebrow">${item.kind} · ${item.weight}</p>
    <h1>${item.name}</h1>
    <p class="rating">${stars(item.rating)} <a href="#tabs" class="to-reviews">${item.reviews.length} reviews</a><span class="badge">New colours are here</span></p>
    <p class="blurb">${item.blurb}</p>
    <p class="price">${money(item.price)} <small>with repairs for life</small></p>
    <fieldset class="sizes"><legend>Size</legend>
      ${item.sizes.map((size, at) => `<label><input type="radio" name="size"${at === 1 ? " checked" : ""}><span>${size}</span></label>`).join("")}
    </fieldset>
    <div class="buy-row">
      <button class="button put">Put in my bag</button>
      <button class="button quiet save">Save for later</button>
    </div>
    <p class="added" role="status" hidden>It is in your basket. <a href="/cart">Look at the basket</a></p>
    <ul class="facts">${item.facts.map((fact) => `<li>${fact}</li>`).join("")}</ul>
    <p class="sizing"><button type="button" class="guide-open">Size guide</button></p>
  </div>`;

const review = ([who, count, words]) => `
  <li><p>${stars(count)} <strong>${who}</strong></p><p>${words}</p><button class="helpful">Helpful</button></li>`;

const panels = (item) => [
  ["details", "Details", `<p>${item.blurb}</p><ul>${item.facts.map((fact) => `<li>${fact}</li>`).join("")}</ul>`],
  ["specs", "Specs", `<table>${item.specs.map(([key, value]) => `<tr><th>${key}</th><td>${value}</td></tr>`).join("")}</table>`],
  ["care", "Care", `<p>${item.care}</p><p><a href="/help#care">More about washing and waxing</a></p>`],
  ["reviews", "Reviews", `<ul class="reviews" tabindex="0" aria-label="Reviews">${item.reviews.map(review).join("")}</ul>`],
];

const tabs = (all) => `
  <section class="tabs" id="tabs">
    <div role="tablist" aria-label="About it">${all.map(([id, label], at) =>
      `<button role="tab" id="tab-${id}" aria-controls="panel-${id === "specs" ? "spec" : id}" aria-selected="${at === 0}"${at ? ' tabindex="-1"' : ""}>${label}</button>`).join("")}</div>
    ${all.map(([id, , words], at) =>
      `<div role="tabpanel" class="panel" id="panel-${id}" aria-labelledby="tab-${id}"${at ? " hidden" : ""}>${words}</div>`).join("")}
  </section>`;

const guide = `
  <dialog class="guide" aria-labelledby="guide-title">
    <div class="guide-head"><h2 id="guide-title">Size guide</h2><button class="guide-close" aria-label="Close">×</button></div>
    <div role="tablist" aria-label="Size guide">
      <button role="tab" aria-controls="guide-body" aria-selected="true">Clothes</button>
      <button role="tab" aria-controls="guide-boots" aria-selected="false" tabindex="-1">Boots</button>
      <button role="tab" aria-controls="guide-packs" aria-selected="false" tabindex="-1">Packs</button>
    </div>
    <div role="tabpanel" id="guide-body"><table><tr><th>Size</th><th>Chest</th><th>Waist</th></tr><tr><td>S</td><td>88 to 94</td><td>74 to 80</td></tr><tr><td>M</td><td>95 to 101</td><td>81 to 87</td></tr><tr><td>L</td><td>102 to 108</td><td>88 to 94</td></tr></table></div>
    <div role="tabpanel" id="guide-boots" hidden><table><tr><th>EU</th><th>Foot</th></tr><tr><td>40</td><td>25.4 cm</td></tr><tr><td>42</td><td>26.7 cm</td></tr><tr><td>44</td><td>28.0 cm</td></tr></table><p>Measure in the evening, in the socks you walk in.</p></div>
    <div role="tabpanel" id="guide-packs" hidden><table><tr><th>Size</th><th>Back</th></tr><tr><td>S</td><td>40 to 45 cm</td></tr><tr><td>M</td><td>45 to 50 cm</td></tr><tr><td>L</td><td>50 to 55 cm</td></tr></table><p>From the bone in your neck to the top of your hips.</p></div>
    <p class="guide-foot">Between two sizes? <a href="/help#returns">Send one back for free</a></p>
  </dialog>`;

const pairs = (item) => `
  <section class="pairs"><h2>Goes well with it</h2><ul>${products
    .filter((other) => other !== item).slice(0, 4)
    .map((other) => `<li><img loading="lazy" src="${picture(other.picture)}" alt="" width="800" height="800"><a href="/product/${other.slug}">${other.name}</a><span>${money(other.price)}</span></li>`)
    .join("")}</ul></section>`;

/** Saves for later. The list is null until something was saved, which nobody tried before the release. */
function saveForLater(slug) {
  const saved = JSON.parse(localStorage.getItem("tarnway.saved"));
  saved.push(slug);
  localStorage.setItem("tarnway.saved", JSON.stringify(saved));
}

function mount(root, item) {
  const $ = (selector) => root.querySelector(selector);
  mountTabs(root);
  $(".put").addEventListener("click", () => {
    add(item.slug);
    $(".added").hidden = false;
  });
  $(".save").addEventListener("click", () => saveForLater(item.slug));
  $(".to-reviews").addEventListener("click", (event) => {
    event.preventDefault();
    $("#tab-reviews").click();
    $("#tabs").scrollIntoView();
  });
  $(".guide-open").addEventListener("click", () => $(".guide").showModal());
  $(".guide-close").addEventListener("click", () => $(".guide").close());
  $(".reviews").addEventListener("click", (event) => {
    if (event.target.matches(".helpful")) event.target.classList.toggle("is-on");
  });
}

export function product({ slug }) {
  const item = productOf(slug);
  if (!item) return missing();
  return {
    name: "product",
    title: item.name,
    html: `
    <div class="shell product-page">
      <nav class="crumbs" aria-label="You are here"><a href="/">Home</a> / <a href="/shop">Gear</a> / <span>${item.name}</span></nav>
      <div class="product">${gallery(item)}${buy(item)}</div>
      ${tabs(panels(item))}
      ${pairs(item)}
      ${guide}
    </div>`,
    mount: (root) => mount(root, item),
  };
}
