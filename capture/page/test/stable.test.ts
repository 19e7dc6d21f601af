// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/catalogue/" }
import { expect, test } from "vitest";
import { cleanAddress, stable } from "../src/stable";

const GIVEN = ["main", "size-guide", "navbarDropdownBlog", "step_2", "h1-title", "tab-1", "faq", "btn--primary"];
const GENERATED = [
  ":r1:", "radix-:r4:", "radix-4", "ember123", "ui-id-17", "uk-tab-15", "slick-slide13", "headlessui-menu-button-3",
  "user-48213", "order_1234567", "550e8400-e29b-41d4-a716-446655440000", "ann@example.org", "css-1q2w3e", "sc-bdVaJa",
  "Button_root__3xY9z", "a1b2c3d4e5", "", "with space", "md:flex", "x".repeat(61),
];

test.each(GIVEN)("%s was given by a person", (name) => expect(stable(name)).toBe(name));
test.each(GENERATED)("%s was made by a machine", (name) => expect(stable(name)).toBe(""));

const BASE = "https://shop.example/catalogue/";

test.each([
  ["jackets.html", "/catalogue/jackets.html"],
  ["/cart?coupon=SECRET#top", "/cart#top"],
  ["#/checkout?step=2", "/catalogue/#/checkout"],
  ["#sizes", "/catalogue/#sizes"],
  ["/orders/48213/view", "/orders/:id/view"],
  ["/u/ann@example.org", "/u/:id"],
  ["/u/ann%40example.org", "/u/:id"],
  ["/kategorie/gr%C3%B6%C3%9Fen", "/kategorie/größen"],
  ["https://other.example/x", "//other.example/x"],
  ["mailto:ann@example.org", "mailto:"],
  ["tel:+49301234567", "tel:"],
  ["javascript:void(0)", "javascript:"],
  ["data:image/png;base64,AAAA", "data:"],
  ["http://[broken", ""],
])("%s is kept as %s", (value, kept) => expect(cleanAddress(value, BASE)).toBe(kept));
