import { basket } from "/shared/js/basket.js";
import { money, productOf } from "/shared/js/data.js";
import { go } from "/shared/js/router.js";

const field = (id, label, type, complete, wide = false) => `
  <p class="field${wide ? " wide" : ""}"><label for="${id}">${label}</label><input id="${id}" name="${id}" type="${type}" autocomplete="${complete}"></p>`;

const html = () => `
  <div class="shell band checkout-page">
    <h1>Checkout</h1>
    <form class="checkout" novalidate>
      <div class="checkout-fields">
        <fieldset><legend>Who</legend>
          ${field("mail", "E-mail", "email", "email", true)}
          ${field("name", "Name", "text", "name", true)}
        </fieldset>
        <fieldset><legend>Where to</legend>
          ${field("street", "Street and number", "text", "street-address", true)}
          ${field("code", "Zip", "text", "postal-code")}
          ${field("city", "Town", "text", "address-level2")}
        </fieldset>
        <fieldset class="ways"><legend>How</legend>
          <label><input type="radio" name="way" checked><span>Post<small>2 working days, €4</small></span></label>
          <label><input type="radio" name="way"><span>Bicycle<small>Innsbruck only, €6</small></span></label>
          <label><input type="radio" name="way"><span>I will fetch it<small>Free, and there is tea</small></span></label>
        </fieldset>
        <p class="problem" role="alert" hidden>We need your name and e-mail to write the label.</p>
        <button class="button order">Place the order</button>
      </div>
      <aside class="summary" aria-label="Summary"><h2>Your order</h2><dl>${basket()
        .map(({ slug, count }) => `<dt>${productOf(slug).name} × ${count}</dt><dd>${money(productOf(slug).price * count)}</dd>`)
        .join("")}</dl><p><a href="/cart">Change the basket</a></p></aside>
    </form>
  </div>`;

function mount(root) {
  root.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { name, mail } = event.target.elements;
    if (name.value && mail.value) go("/thanks");
    else root.querySelector(".problem").hidden = false;
  });
}

export const checkout = () => ({ name: "checkout", title: "Checkout", html: html(), mount });
