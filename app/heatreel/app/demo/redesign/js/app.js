/** The shop: starts what every page has, then the router. */

import { total } from "/shared/js/basket.js";
import { mountConsent } from "/shared/js/consent.js";
import { mountBurger, mountMenus } from "/shared/js/menus.js";
import { startRouter } from "/shared/js/router.js";
import { tellVariant } from "/shared/js/variant.js";
import "/shared/js/store-finder.js";
import { cart } from "./pages/cart.js";
import { checkout } from "./pages/checkout.js";
import { help } from "./pages/help.js";
import { home } from "./pages/home.js";
import { missing } from "./pages/missing.js";
import { product } from "./pages/product.js";
import { shop } from "./pages/shop.js";
import { thanks } from "./pages/thanks.js";

const $ = (selector) => document.querySelector(selector);

function showCount() {
  $(".bag .count").textContent = total();
}

tellVariant();
showCount();
document.addEventListener("tarnway:basket", showCount);
mountMenus($(".top"), ".drop-item");
mountBurger($(".burger"), $(".navigation"));
mountConsent($(".consent"));
$(".letter").addEventListener("submit", (event) => {
  event.preventDefault();
  $(".letter-row").hidden = true;
  $(".letter-done").hidden = false;
});

startRouter(
  [
    [/^\/$/, home],
    [/^\/shop\/?$/, shop],
    [/^\/product\/(?<slug>[\w-]+)\/?$/, product],
    [/^\/cart\/?$/, cart],
    [/^\/help\/?$/, help],
    [/^\/checkout\/?$/, checkout],
    [/^\/thanks\/?$/, thanks],
    [/./, missing],
  ],
  $("#main"),
);
