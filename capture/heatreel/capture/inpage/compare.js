// What changed between two sights of the page, in words for Python.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.compare) return;
  const LIMIT = 150;
  const MANY = 10000;
  const CAROUSEL = "[aria-roledescription=carousel],[class*=carousel],[class*=slider],[class*=swiper],[class*=slick],[class*=splide],[class*=glide],[class*=slideshow],[class*=owl-]";

  const nearest = (element, css) => {
    for (let at = element; at; at = hr.up(at)) if (at.matches && at.matches(css)) return at;
    return null;
  };
  const plain = (key) => key.replace(/\d[\d.,]*/g, "0");

  // The whole carousel around an element: parts of it bear its name in their classes, too.
  const carouselOf = (element) => {
    let found = null;
    for (let at = element, n = 0; at && n < 10; at = hr.up(at), n++) {
      if (at.matches(CAROUSEL) && at.getBoundingClientRect().height < 1.5 * innerHeight) found = at;
    }
    return found;
  };

  hr.sights = {}; // name -> sight
  hr.volatile = new Set(); // elements
  hr.volatileKeys = new Set();
  // Keeps what is seen now under a name, and gives its digest.
  hr.look = (name) => {
    const sight = hr.see();
    hr.sights[name] = sight;
    sight.selectors = selectorsOf(sight);
    return { digest: digest(sight), leaves: sight.leaves.length };
  };
  // What an action takes out of the page has no selector afterwards.
  const selectorsOf = (sight) => {
    const memo = new Map(), found = new Map();
    if (sight.shown.size > MANY) return found;
    for (const element of sight.shown) {
      try { found.set(element, globalThis.__heatreel.selector(element, memo)); } catch { /* gone */ }
    }
    return found;
  };
  hr.keysOf = (name) => [...hr.counts(hr.sights[name], hr.volatile)].filter(([key]) => !hr.volatileKeys.has(key));

  const TOGGLE = "button,summary,[role=button],[role=tab],[aria-expanded],label";
  // Two sights with the same digest are one state: the same things seen in the same order. Left out are the volatile
  // parts, what a trigger says of itself, and which number a counter is at.
  const digest = (sight, more = "") => {
    const words = [];
    for (const leaf of sight.leaves) {
      if (hr.volatileKeys.has(leaf.key) || (hr.volatile.size && hr.inside(leaf.element, hr.volatile))) continue;
      const toggle = leaf.element.closest(TOGGLE);
      if (toggle && !leaf.key.startsWith("text:")) continue;
      if (toggle && toggle.hasAttribute("aria-expanded")) words.push("toggle");
      else words.push(/\d/.test(leaf.key) && leaf.key.startsWith("text:") && !nearest(leaf.element, CAROUSEL) ? plain(leaf.key) : leaf.key);
    }
    return hr.shortHash(words.join("\n") + more);
  };

  const SOLID = /^(img|control|frame|video|canvas|object|embed):/;
  // A mark beside a heading, a bullet, a cross are too little for a state.
  const WORD = /[\p{L}\p{N}]{2}|[\p{Lo}]|\d/u;
  const isSolid = (leaf) => leaf.key.startsWith("text:") ? WORD.test(leaf.key.slice(5)) : SOLID.test(leaf.key) || leaf.w * leaf.h >= (leaf.key.startsWith("back:") ? 1100 : 3600);
  const solid = (leaves) => leaves.filter(isSolid).length;

  // Parts of the page that change while nobody acts. Their leaves are left out of every comparison.
  hr.markVolatile = (one, two) => {
    const a = hr.sights[one], b = hr.sights[two];
    const { added, removed } = hr.difference(a, b);
    for (const leaf of added.concat(removed)) {
      let part = nearest(leaf.element, "[class*=carousel],[class*=slider],[class*=swiper],[class*=ticker],[class*=marquee]") || leaf.element;
      while (part && !part.isConnected) part = part.parentElement;
      if (part && part !== document.body && part !== document.documentElement) hr.volatile.add(part);
    }
    return [...hr.volatile].map(hr.selectorOf);
  };
  hr.setVolatile = (selectors, keys) => {
    hr.volatile = new Set(selectors.map(hr.resolve).filter(Boolean));
    hr.volatileKeys = new Set(keys);
  };

  const textOf = (leaf) => leaf.key.startsWith("text:") ? leaf.key.slice(5).replace(/~$/, "") : "";

  // Texts that were nowhere to be seen before: the same at each width, whatever lies beside them.
  const unseen = (leaves, before) => {
    const known = new Set(before.leaves.map(textOf));
    return [...new Set(leaves.map(textOf))].filter((text) => text && !known.has(text));
  };

  // The outermost elements that came with the leaves: the fragment.
  const roots = (leaves, before) => {
    const found = [];
    for (const leaf of leaves) {
      let top = leaf.element;
      for (let at = hr.up(leaf.element); at && !before.shown.has(at) && at !== document.body; at = hr.up(at)) top = at;
      if (!found.includes(top)) found.push(top);
    }
    return found;
  };

  const overlayOf = (element, against) => {
    for (let at = element; at && at !== document.body && !against.shown.has(at); at = hr.up(at)) {
      const position = getComputedStyle(at).position;
      if (at.matches("dialog[open],:modal,[popover]:popover-open")) return "top";
      if (position === "fixed") return "fixed";
      if (position === "absolute") return "absolute";
    }
    return "";
  };


  // Where the leaves of a fragment are or were: what is gone has no box any more.
  const union = (element, leaves) => {
    const mine = leaves.filter((leaf) => hr.holds(element, leaf.element));
    const side = (pick, of) => Math.round(pick(...mine.map(of)));
    const x = side(Math.min, (leaf) => leaf.x), y = side(Math.min, (leaf) => leaf.y);
    return { x, y, w: side(Math.max, (leaf) => leaf.x + leaf.w) - x, h: side(Math.max, (leaf) => leaf.y + leaf.h) - y };
  };

  const boxOf = (element) => {
    const box = element.getBoundingClientRect();
    return { x: Math.round(box.left + scrollX), y: Math.round(box.top + scrollY), w: Math.round(box.width), h: Math.round(box.height) };
  };

  const labelOf = (element) => {
    const named = nearest(element, "[aria-label],[aria-labelledby]") || element.querySelector("[aria-label][role],[aria-labelledby][role]");
    if (!named || named === document.body) return "";
    const by = (named.getAttribute("aria-labelledby") || "").split(/\s+/)[0];
    const source = by && named.getRootNode().getElementById && named.getRootNode().getElementById(by);
    return hr.fold(source ? source.textContent : named.getAttribute("aria-label") || "").slice(0, 80);
  };

  const describe = (element, against, leaves, gone) => {
    const role = nearest(element, "[role],dialog,[popover]");
    const around = nearest(element, "dialog,[role=dialog],[role=alertdialog],[aria-modal=true],.modal")
      || element.querySelector("dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]");
    const dialog = around && !against.shown.has(around) ? around : null;
    const heading = element.querySelector("h1,h2,h3,h4,h5,h6,[role=heading],[class*=title]");
    return {
      selector: element.isConnected ? hr.selectorOf(element) : "", text: hr.fold(element.innerText || element.textContent || "").slice(0, 120),
      tag: element.tagName.toLowerCase(), role: role ? role.getAttribute("role") || role.tagName.toLowerCase() : "",
      heading: heading ? hr.fold(heading.textContent || "").slice(0, 80) : "", dialog: dialog ? titleOf(dialog) : "", is_dialog: !!dialog, overlay: overlayOf(element, against),
      links: element.querySelectorAll("a[href],[role^=menuitem],[role=option]").length, slide: slideOf(element),
      classes: (element.getAttribute("class") || "").slice(0, 120), id: element.id || "",
      carousel: carouselOf(element) ? hr.selectorOf(carouselOf(element)) : "",
      ...(gone ? union(element, leaves) : boxOf(element)), content: union(element, leaves),
      label: labelOf(element),
    };
  };
  const SLIDE = "[aria-roledescription=slide],.carousel-item,.slick-slide,.swiper-slide,.splide__slide,.glide__slide,.owl-item,.slide";
  const among = (element) => String([...element.parentElement.children].filter((one) => one.tagName === element.tagName).indexOf(element) + 1);
  // Place of an element's slide in its carousel, from 1: "" outside of carousels, "?" when it cannot be told.
  const slideOf = (element) => {
    const carousel = carouselOf(element);
    if (!carousel) return "";
    const cloned = carousel.querySelector(".cloned,[class*=-cloned],.swiper-slide-duplicate,[class*=--clone]");
    for (let at = element; at && at !== carousel; at = hr.up(at)) {
      const index = at.getAttribute("data-slick-index") || at.getAttribute("data-swiper-slide-index");
      if (index) return String(Number(index) + 1);
      if (at.matches(SLIDE) && at.parentElement && !cloned) return among(at);
    }
    if (cloned) return "?";
    for (let at = element; at && at !== carousel && at.parentElement; at = hr.up(at)) {
      const alike = [...at.parentElement.children].filter((one) => one.tagName === at.tagName);
      if (alike.length > 1 && at.getBoundingClientRect().width > 0.2 * carousel.getBoundingClientRect().width) return among(at);
    }
    return "?";
  };
  const titleOf = (dialog) => {
    const said = dialog.getAttribute("aria-label");
    if (said) return hr.fold(said);
    const by = (dialog.getAttribute("aria-labelledby") || "").split(/\s+/)[0];
    const named = by && dialog.getRootNode().getElementById && dialog.getRootNode().getElementById(by);
    const heading = named || dialog.querySelector("h1,h2,h3,h4,h5,h6,.modal-title,[class*=title]");
    return heading ? hr.fold(heading.textContent || "").slice(0, 80) : "";
  };

  // Small things that only redraw themselves: a button whose label flips.
  const ownBox = (trigger) => {
    const box = trigger.getBoundingClientRect();
    return box.height <= 90 && box.width <= 500 ? [box.left + scrollX - 4, box.top + scrollY - 4, box.right + scrollX + 4, box.bottom + scrollY + 4] : null;
  };
  const ownOnly = (leaf, trigger, box) => !!trigger && !!box && hr.holds(trigger, leaf.element)
    && leaf.x >= box[0] && leaf.y >= box[1] && leaf.x + leaf.w <= box[2] && leaf.y + leaf.h <= box[3];

  const tail = (leaves) => leaves.map((leaf) => leaf.key).sort();

  const reordered = (a, b) => {
    const common = (sight, other) => {
      const keys = new Set(other.leaves.map((leaf) => leaf.key));
      return sight.leaves.filter((leaf) => leaf.key.startsWith("text:") && keys.has(leaf.key) && !hr.inside(leaf.element, hr.volatile)).map((leaf) => leaf.key);
    };
    const one = common(a, b), two = common(b, a);
    if (one.length !== two.length) return 0;
    let differ = 0;
    for (let i = 0; i < one.length; i++) if (one[i] !== two[i]) differ++;
    return differ;
  };

  const restyled = (a, b) => {
    const before = new Map(a.leaves.map((leaf) => [leaf.element, leaf]));
    let both = 0, moved = 0, recolored = 0;
    for (const leaf of b.leaves) {
      const old = before.get(leaf.element);
      if (!old) continue;
      both++;
      if (Math.abs(old.x - leaf.x) > 40 || Math.abs(old.w - leaf.w) > 40) moved++;
      if (old.color !== leaf.color) recolored++;
    }
    return { both, moved, recolored };
  };

  // Places that show another number than before: a quantity, a price, a badge. No state for each number.
  const counters = (before, after) => {
    const counting = (leaf) => leaf.key.startsWith("text:") && /\d/.test(leaf.key);
    const numbers = new Map(), found = new Set();
    for (const leaf of before.leaves) if (counting(leaf)) numbers.set(plain(leaf.key), (numbers.get(plain(leaf.key)) || []).concat([leaf]));
    const near = (a, b) => a.element === b.element || (Math.abs(a.x - b.x) < 30 && Math.abs(a.y - b.y) < 6);
    for (const leaf of after.leaves) {
      const old = counting(leaf) && (numbers.get(plain(leaf.key)) || []).find((one) => near(one, leaf));
      if (old && old.key !== leaf.key && !nearest(leaf.element, CAROUSEL)) found.add(leaf).add(old);
    }
    return found;
  };

  // `selector`: the trigger. Compares the sight `from` with the page as it is now, kept as the sight `to`.
  hr.compare = (from, to, selector) => {
    const before = hr.sights[from];
    const after = hr.see();
    hr.sights[to] = after;
    const trigger = selector ? hr.resolve(selector) : null;
    const box = trigger && trigger.isConnected ? ownBox(trigger) : null;
    const news = (leaf) => !ownOnly(leaf, trigger, box) && !hr.volatileKeys.has(leaf.key);
    const numbers = counters(before, after);
    const { added, removed } = hr.difference(before, after, hr.volatile, numbers);
    const other = added.filter(news), gone = removed.filter(news);
    const styles = restyled(before, after);
    const shuffled = other.length + gone.length ? 0 : reordered(before, after);
    const area = (leaves) => Math.round(leaves.reduce((sum, leaf) => sum + leaf.w * leaf.h, 0));
    return {
      added: other.length, removed: gone.length, own: added.length + removed.length - other.length - gone.length,
      solid: solid(other) + solid(gone), same: !added.length && !removed.length && !styles.moved && !styles.recolored && !shuffled,
      added_texts: other.map(textOf).filter(Boolean).slice(0, 400), removed_texts: gone.map(textOf).filter(Boolean).slice(0, 400),
      new_texts: unseen(other, before).slice(0, 400), images: other.filter((leaf) => /^(img|back):/.test(leaf.key)).map((leaf) => leaf.key).slice(0, 50),
      added_area: area(other), removed_area: area(gone),
      roots: roots(other, before).slice(0, 12).map((one) => describe(one, before, other, false)),
      left: roots(gone, after).slice(0, 12).map((one) => describe(one, after, gone, true)),
      reordered: shuffled, ...styles, leaves: after.leaves.length, url: location.href, height: document.documentElement.scrollHeight,
      digest: digest(after, extra(after, styles)), trigger_expanded: trigger ? trigger.getAttribute("aria-expanded") || "" : "",
    };
  };
  // Where the same things are seen otherwise, what they are made up of does not tell the states apart.
  const extra = (after, styles) => {
    if (styles.recolored >= 0.5 * styles.both && styles.both) return hr.shortHash(after.leaves.map((leaf) => leaf.color).join());
    if (styles.moved >= Math.max(4, 0.2 * styles.both)) return hr.shortHash(after.leaves.map((leaf) => `${Math.round(leaf.x / 20)}`).join());
    return "";
  };

  // Elements to list as revealed and hidden: the fragments first, then their leaves.
  hr.shownBetween = (from, to) => {
    const before = hr.sights[from], after = hr.sights[to];
    const list = (more, against) => {
      const some = more.some(isSolid) ? more.filter(isSolid) : more;
      const size = (element) => { const box = element.getBoundingClientRect(); return box.width * box.height; };
      const tops = roots(some, against).sort((a, b) => size(b) - size(a));
      const elements = [...new Set(tops.concat(some.map((leaf) => leaf.element)))].slice(0, LIMIT);
      return elements.map((element) => ({
        selector: element.isConnected ? hr.selectorOf(element) : before.selectors && before.selectors.get(element) || "",
        text: hr.fold(textFor(element)).slice(0, 200),
      })).filter((one) => one.selector);
    };
    const numbers = counters(before, after);
    const { added, removed } = hr.difference(before, after, hr.volatile, numbers);
    return { reveals: list(added, before), hides: list(removed, after) };
  };
  const textFor = (element) => element.innerText || element.textContent || element.getAttribute("alt") || "";

  hr.sameAs = (name) => {
    const before = hr.sights[name], now = hr.see();
    const numbers = counters(before, now);
    const { added, removed } = hr.difference(before, now, hr.volatile, numbers);
    if (!added.concat(removed).every((leaf) => hr.volatileKeys.has(leaf.key))) return false;
    const styles = restyled(before, now);
    return styles.moved < Math.max(4, 0.1 * styles.both) && styles.recolored <= 0.2 * styles.both + 2 && !reordered(before, now);
  };

  hr.storage = () => {
    try {
      return hr.shortHash(document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    } catch {
      return "";
    }
  };

  hr.takeNotes = () => {
    const notes = hr.notes.splice(0);
    for (const one of hr.frames()) notes.push(...one.notes.splice(0));
    return notes;
  };

  const top = () => { if (scrollX || scrollY) scrollTo({ top: 0, left: 0, behavior: "instant" }); };

  // One whole probe: act (unless somebody has), wait, compare. Resolves with JSON.
  // `stay`: the window is left where it was scrolled to.
  hr.probe = async ({ selector, action, touch, from, to, bound, stay }) => {
    const url = location.href;
    if (action === "click") hr.markIdle();
    const did = action === "click" ? hr.act(selector, touch) : true;
    const ended = did ? await hr.quiet(bound, 1200, 1500) : "gone";
    if (!stay) top();
    const result = did ? hr.compare(from, to, selector) : {};
    return JSON.stringify({ did, ended, from_url: url, storage: hr.storage(), notes: hr.takeNotes(), ...result });
  };

  // Goes back by a click (unless somebody has acted), and says whether what is seen is what was seen before.
  hr.undo = async ({ selector, action, touch, to, bound }) => {
    if (action === "click") hr.markIdle();
    if (action === "click" && !hr.act(selector, touch)) return false;
    await hr.quiet(bound, 600, 900);
    top();
    return hr.sameAs(to);
  };
})();
