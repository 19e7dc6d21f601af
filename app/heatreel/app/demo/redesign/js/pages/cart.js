import { add, basket, remove } from "/shared/js/basket.js";
import { money, picture, productOf } from "/shared/js/data.js";
import { go } from "/shared/js/router.js";

const row = ({ slug, count }) => {
  const item = productOf(slug);
  return `
  <li class="line" data-slug="${slug}">
    <img src="${picture(item.picture)}" alt="" width="800" height="800">
    <div><a href="/product/${slug}">${item.name}</a><small>${item.kind}, original</small></div>
    <div class="amount"><button class="fewer" aria-label="One fewer">−</button><output>${count}</output><button class="more" aria-label="One more" disabled>+</button></div>
    <strong class="line-price">${money(item.price * count)}</strong>
    <button class="drop" aria-label="Remove ${item.name}">×</button>
  </li>`;
};

function draw(root) {
  const lines = basket();
  const sum = lines.reduce((total, line) => total + productOf(line.slug).price * line.count, 0);
  root.querySelector(".lines").innerHTML = lines.map(row).join("");
  root.querySelector(".sum").textContent = money(sum);
}

function mount(root) {
  const $ = (selector) => root.querySelector(selector);
  draw(root);
  $(".lines").addEventListener("click", (event) => {
    const slug = event.target.closest(".line")?.dataset.slug;
    if (event.target.matches(".more")) add(slug, 1);
    else if (event.target.matches(".fewer")) add(slug, -1);
    else if (event.target.matches(".drop")) remove(slug);
    else return;
    draw(root);
  });
  $("#terms").addEventListener("change", (event) => {
    $(".pay").disabled = !event.target.checked;
  });
  $(".pay").addEventListener("click", () => go("/checkout"));
}

export const cart = () => ({
  name: "cart",
  title: "Your basket",
  html: `
  <div class="shell band cart-page">
    <h1>Your basket</h1>
    <p class="lead">As you left it.</p>
    <div class="cart">
      <div><ul class="lines"></ul><p class="cart-more"><a href="/shop">Back to the gear</a></p></div>
      <aside class="summary" aria-label="Summary">
        <h2>Summary</h2>
        <dl><dt>Goods</dt><dd class="sum"></dd><dt>Delivery</dt><dd>€4</dd></dl>
        <p class="terms"><input type="checkbox" id="terms"><label for="terms">I have read the terms of sale</label></p>
        <button class="button pay" disabled>Checkout</button>
        <p><a href="/">Keep looking</a></p>
      </aside>
    </div>
  </div>`,
  mount,
});
