// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { fold, label, name, ownText } from "../src/name";

beforeEach(() => {
  document.body.innerHTML = "";
});

/** The name of the element with a `data-me`, or of the first one, of some markup. */
function named(html: string): string {
  document.body.innerHTML = html;
  return name(document.querySelector("[data-me]") || document.body.firstElementChild!, new Map());
}

test.each([
  ["  Read \n more » ", "Read more"],
  ["★★★★☆", ""],
  ["…", ""],
  ["— · —", ""],
  ["+", "+"],
  ["€ 5,00", "€ 5,00"],
  ["\ue001 Menu", "Menu"],
  ["Don’t", "Don’t"],
  ["हिन्दी", "हिन्दी"],
])("%s folds to %s", (text, folded) => expect(fold(text)).toBe(folded));

test("names are at most 120 characters", () => expect(fold("word ".repeat(60)).length).toBeLessThanOrEqual(120));

test.each([
  ["<button>Add <b>to</b> cart</button>", "Add to cart"],
  ["<a href=/x><h3>Jacket</h3><p>Warm</p></a>", "Jacket Warm"],
  ["<button aria-label=Close>×</button>", "Close"],
  ["<button aria-label=Short>Longer text</button>", "Short"],
  ["<span id=one>One</span><button data-me aria-labelledby='one two'>x</button><i id=two>two</i>", "One two"],
  ["<label for=q>Search</label><input data-me id=q placeholder='Words'>", "Search"],
  ["<input placeholder='Your words'>", "Your words"],
  ["<input type=submit value='Send it'>", "Send it"],
  ["<input value='typed'>", ""],
  ["<img alt='A fox'>", "A fox"],
  ["<a href=/><img alt='Home'></a>", "Home"],
  ["<svg><title>Cart</title><path/></svg>", "Cart"],
  ["<button><span aria-hidden=true>menu</span><span>Open menu</span></button>", "Open menu"],
  ["<a href=# title='On the net'></a>", "On the net"],
  ["<div><p>Only inside</p></div>", ""],
  ["<p>A paragraph</p>", "A paragraph"],
  ["<button>Pay<style>.x{}</style><script>1</script></button>", "Pay"],
])("%s is called %s", (html, expected) => expect(named(html)).toBe(expected));

test("what was typed or chosen is no name and no text", () => {
  document.body.innerHTML =
    "<label>Note <textarea>typed</textarea></label><select><option>chosen</option></select><p>Hi <input value=typed></p>";
  for (const element of document.body.querySelectorAll("*")) {
    const said = [name(element, new Map()), ownText(element), label(element)].join();
    if (!/^(option)$/.test(element.localName)) expect(said).not.toMatch(/typed|chosen/);
  }
});
