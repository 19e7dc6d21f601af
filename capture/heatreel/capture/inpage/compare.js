// What changed between two sights of the page, in words for Python.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.compare) return;
  const LIMIT = 150;
  const MANY = 10000;
  const { nearest } = hr;
  const plain = (key) => key.replace(/\d[\d.,]*/g, "0");

  hr.sights = {}; // name -> sight
  hr.volatile = new Set(); // elements
  hr.volatileKeys = new Set();
  // Keeps what is seen now under a name, and gives its digest.
  hr.look = (name) => {
    const sight = hr.see();
    hr.sights[name] = sight;
    sight.selectors = selectorsOf(sight);
    sight.digest = digest(sight);
    if (name === "base") hr.focusAtRest = document.activeElement;
    return { digest: sight.digest, leaves: sight.leaves.length };
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
  const CLOCK = /\d{1,2}:\d{2}(:\d{2})?/g;
  // Two sights with the same digest are one state: the same things seen in the same order. Left out are the volatile
  // parts, what a trigger says of itself, and which number a counter of the default state is at. `chosen`: numbers
  // that were not there by default count, because the trigger chooses among things ("Part 1", "Part 2").
  const digest = (sight, more = "", chosen = false) => {
    const words = [], slots = slotsOf(hr.sights.base || sight), gone = new Map();
    for (const leaf of sight.leaves) {
      if (hr.volatileKeys.has(leaf.key) || (hr.volatile.size && hr.inside(leaf.element, hr.volatile))) continue;
      const toggle = toggleOf(leaf.element);
      if (toggle && !leaf.key.startsWith("text:")) continue;
      if (toggle && toggle.hasAttribute("aria-expanded")) words.push("toggle");
      else words.push((counting(leaf) && slotOf(leaf, slots, chosen, gone)) || leaf.key.replace(CLOCK, "0"));
    }
    return hr.shortHash(words.join("\n") + more);
  };
  // A tree item or a list item may hold what it reveals: that is not what it says of itself.
  const holdsMore = (toggle) => !toggle.matches("button,a,summary,label,input,[role=button],[role=tab]")
    && !!toggle.querySelector("ul,ol,p,nav,section,table,[role=group],[role=region],[role=menu]");
  const toggleOf = (element) => {
    const found = nearest(element, TOGGLE);
    return found && !holdsMore(found) ? found : null;
  };
  const counting = (leaf) => leaf.key.startsWith("text:") && /\d/.test(leaf.key) && !nearest(leaf.element, hr.CAROUSEL);
  // The numbers that a sight shows, by what they are but for their digits: where something may count.
  const slotsOf = (sight) => {
    if (sight.slots) return sight.slots;
    sight.slots = new Map();
    for (const leaf of sight.leaves) {
      if (!counting(leaf)) continue;
      const key = plain(leaf.key), slot = sight.slots.get(key) || { list: [], at: new Map() };
      sight.slots.set(key, slot);
      slot.at.set(leaf.element, slot.list.length);
      slot.list.push(leaf);
    }
    return sight.slots;
  };
  // A counter counts in its place: the same element, or one drawn anew there. What comes beside one that is merely
  // hidden is something else. `gone`: for each slot what is no longer in the page, told once for a sight.
  const REDRAWN = 300;
  const countsAt = (slot, leaf, gone) => {
    const own = slot ? slot.at.get(leaf.element) : -1;
    if (own !== undefined) return own;
    if (!gone.has(slot)) gone.set(slot, slot.list.map((_, at) => at).filter((at) => !slot.list[at].element.isConnected).slice(0, REDRAWN));
    const found = gone.get(slot).find((at) => centred(slot.list[at], leaf));
    return found === undefined ? -1 : found;
  };
  const centred = (a, b) => Math.abs(a.x + a.w / 2 - b.x - b.w / 2) < 40 && Math.abs(a.y - b.y) < 8;
  // Which of the numbers of the default state a leaf shows, "" when none: one by one, for lists of numbers may be filtered.
  const slotOf = (leaf, slots, chosen, gone) => {
    const key = plain(leaf.key), slot = slots.get(key), at = countsAt(slot, leaf, gone);
    return at < 0 || (chosen && slot.list[at].key !== leaf.key) ? "" : `${key}@${at}`;
  };

  // What chooses one of several, rather than counting.
  const CHOOSES = "[role=tab],[role=option],[role=radio],[role=menuitemradio],[role=treeitem],[aria-selected],[aria-controls],[data-toggle],[data-bs-toggle],[data-target],[data-bs-target],[data-tab],input[type=radio]";
  const chooses = (trigger) => {
    if (!trigger) return false;
    const control = trigger.control || trigger;
    return !!(nearest(control, CHOOSES) || nearest(control, "[role=tablist],[class*=tabs],[class*=-tab],[class*=stepper],[class*=pagination]"));
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
    const found = [], known = hr.around(before);
    for (const leaf of leaves) {
      let top = leaf.element;
      for (let at = hr.up(leaf.element); at && !before.shown.has(at) && !known.has(at) && at !== document.body; at = hr.up(at)) top = at;
      if (!found.includes(top)) found.push(top);
    }
    return found;
  };

  // Small things that only redraw themselves: a button whose label flips.
  const ownBox = (control) => {
    const trigger = (control.labels && control.labels[0]) || control;
    const box = trigger.getBoundingClientRect();
    return box.height <= 90 && box.width <= 500 && !holdsMore(trigger) ? [box.left + scrollX - 4, box.top + scrollY - 4, box.right + scrollX + 4, box.bottom + scrollY + 4] : null;
  };
  // A control is shown by its label, which may say what it is set to.
  const ownOnly = (leaf, trigger, box) => !!trigger && !!box && [trigger, ...(trigger.labels || [])].some((one) => hr.holds(one, leaf.element))
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
    let both = 0, moved = 0, recolored = 0, scaled = 0;
    for (const leaf of b.leaves) {
      const old = before.get(leaf.element);
      if (!old) continue;
      both++;
      if (Math.abs(old.x - leaf.x) > 40 || Math.abs(old.w - leaf.w) > 40) moved++;
      if (old.color !== leaf.color) recolored++;
      if (leaf.key.startsWith("text:") && Math.abs(old.size - leaf.size) > 0.08 * old.size) scaled++;
    }
    return { both, moved, recolored, scaled, backdrop: a.backdrop !== b.backdrop };
  };

  // Places that show another number than before: a quantity, a price, a badge. No state for each number.
  const counters = (before, after, trigger) => {
    const slots = slotsOf(before), found = new Set(), gone = new Map();
    if (chooses(trigger)) return found;
    for (const leaf of after.leaves) {
      const slot = counting(leaf) ? slots.get(plain(leaf.key)) : null;
      const at = slot ? countsAt(slot, leaf, gone) : -1;
      if (at >= 0 && slot.list[at].key !== leaf.key) found.add(leaf).add(slot.list[at]);
    }
    return found;
  };

  // `selector`: the trigger. Compares the sight `from` with the page as it is now, kept as the sight `to`.
  // `acted`: the trigger itself, when the act may have taken it out of the page.
  hr.compare = (from, to, selector, acted = null) => {
    const before = hr.sights[from];
    const after = hr.see();
    hr.sights[to] = after;
    const trigger = (selector && hr.resolve(selector)) || acted;
    const box = trigger && trigger.isConnected ? ownBox(trigger) : null;
    const news = (leaf) => !ownOnly(leaf, trigger, box) && !hr.volatileKeys.has(leaf.key);
    const numbers = counters(before, after, trigger);
    after.numbers = numbers;
    const { added, removed } = hr.difference(before, after, hr.volatile, numbers);
    const other = added.filter(news), gone = removed.filter(news);
    const styles = restyled(before, after);
    const shuffled = other.length + gone.length ? 0 : reordered(before, after);
    const area = (leaves) => Math.round(leaves.reduce((sum, leaf) => sum + leaf.w * leaf.h, 0));
    return {
      added: other.length, removed: gone.length, own: added.length + removed.length - other.length - gone.length,
      solid: solid(other) + solid(gone), same: !added.length && !removed.length && !styles.moved && !styles.recolored && !styles.scaled && !styles.backdrop && !shuffled,
      added_texts: other.map(textOf).filter(Boolean).slice(0, 400), removed_texts: gone.map(textOf).filter(Boolean).slice(0, 400),
      new_texts: unseen(other, before).slice(0, 400), images: other.filter((leaf) => /^(img|back):/.test(leaf.key)).map((leaf) => leaf.key).slice(0, 50),
      added_area: area(other), removed_area: area(gone),
      roots: roots(other, before).slice(0, 12).map((one) => hr.describe(one, before, other, false, trigger)),
      left: roots(gone, after).slice(0, 12).map((one) => hr.describe(one, after, gone, true, trigger, before)),
      reordered: shuffled, ...styles, leaves: after.leaves.length, url: location.href, height: document.documentElement.scrollHeight,
      digest: digestOf(before, after, trigger), trigger_expanded: trigger ? trigger.getAttribute("aria-expanded") || "" : "",
    };
  };
  // What is seen as it is by default is the default state, whatever attributes it has got since.
  const digestOf = (before, after, trigger) => {
    const base = hr.sights.base;
    if (base && base !== before && sameSight(base, after)) return base.digest;
    return digest(after, extra(after, restyled(base || before, after)), chooses(trigger));
  };
  // Where the same things are seen otherwise, what they are made up of does not tell the states apart.
  const extra = (after, styles) => {
    if ((styles.recolored >= 0.5 * styles.both && styles.both) || (styles.backdrop && styles.recolored >= 3)) return hr.shortHash(after.backdrop + after.leaves.map((leaf) => leaf.color).join());
    if (styles.scaled >= Math.max(3, 0.25 * styles.both)) return hr.shortHash(after.leaves.map((leaf) => `${Math.round(leaf.size)}`).join());
    if (styles.moved >= Math.max(4, 0.2 * styles.both)) return hr.shortHash(after.leaves.map((leaf) => `${Math.round(leaf.x / 20)}`).join());
    return "";
  };

  // Elements to list as revealed and hidden: the fragments first, then their leaves.
  hr.shownBetween = (from, to) => {
    const before = hr.sights[from], after = hr.sights[to];
    const list = (more, against, gone) => {
      const some = more.some(isSolid) ? more.filter(isSolid) : more;
      const size = (element) => { const box = element.getBoundingClientRect(); return box.width * box.height; };
      const tops = roots(some, against).sort((a, b) => size(b) - size(a));
      const elements = [...new Set(tops.concat(some.map((leaf) => leaf.element)))].slice(0, LIMIT);
      return elements.map((element) => ({
        selector: element.isConnected ? hr.selectorOf(element) : before.selectors && before.selectors.get(element) || "",
        text: hr.fold(gone ? textsIn(element, more) : textFor(element)).slice(0, 200),
      })).filter((one) => one.selector);
    };
    const { added, removed } = hr.difference(before, after, hr.volatile, after.numbers);
    return { reveals: list(added, before, false), hides: list(removed, after, true) };
  };
  const textFor = (element) => (element.tagName === "SLOT" && hr.fold(element.assignedNodes({ flatten: true }).map((node) => node.textContent).join(" "))) || element.innerText || element.textContent
    || ["alt", "placeholder", "aria-label", "title"].map((name) => element.getAttribute(name)).find(Boolean) || "";
  // What is gone may say something else by now: its words are those of its leaves.
  const textsIn = (element, leaves) => leaves.filter((leaf) => hr.holds(element, leaf.element)).map(textOf).join(" ") || textFor(element);

  hr.sameAs = (name) => sameSight(hr.sights[name], hr.see());
  const sameSight = (before, now) => {
    const numbers = counters(before, now);
    const { added, removed } = hr.difference(before, now, hr.volatile, numbers);
    if (!added.concat(removed).every((leaf) => hr.volatileKeys.has(leaf.key))) return false;
    const styles = restyled(before, now);
    return styles.moved < Math.max(4, 0.1 * styles.both) && styles.recolored <= 0.2 * styles.both + 2 && !styles.backdrop
      && styles.scaled < 3 && !reordered(before, now);
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

  // An answer that is still to come: the page says that it is busy, or has put something off and shows nothing yet.
  const BUSY = "[aria-busy=true],[role=progressbar],[class*=spinner],[class*=skeleton],[class*=loading]";
  const WAITS = /(^|\b)(loading|please wait|wird geladen|lädt|chargement|cargando|laden|caricamento|carregando)\b/i;
  const waits = (result) => !result.solid || [...result.added_texts].some((text) => WAITS.test(text))
    || [...document.querySelectorAll(BUSY)].some((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.getBoundingClientRect().width > 0);
  const PUT_OFF_MS = 5000;

  // What was tried before may have left the focus somewhere: a menu bar that has it opens by the pointer alone.
  const forgetFocus = () => {
    const at = document.activeElement;
    if (at && at !== document.body && at !== hr.focusAtRest && at.blur) at.blur();
  };

  // One whole probe: act (unless somebody has), wait, compare. Resolves with JSON.
  // `stay`: the window is left where it was scrolled to.
  hr.probe = async ({ selector, action, touch, from, to, bound, stay }) => {
    const url = location.href, since = hr.now();
    if (action === "click") hr.markIdle();
    const trigger = selector ? hr.resolve(selector) : null;
    if (action === "click" && from === "base") forgetFocus();
    const did = action === "click" ? hr.act(selector, touch) : true;
    let ended = did ? await hr.quiet(bound, 1200, 1500) : "gone";
    if (!stay) top();
    let result = did ? hr.compare(from, to, selector, trigger) : {};
    if (did && action === "click" && hr.comesLate && waits(result) && hr.release(PUT_OFF_MS, since)) {
      ended = await hr.quiet(bound, 1200, 1500);
      result = hr.compare(from, to, selector, trigger);
    }
    return JSON.stringify({ did, ended, from_url: url, storage: hr.storage(), notes: hr.takeNotes(), ...result });
  };

  // Goes back by a click (unless somebody has acted), and says whether what is seen is what was seen before.
  hr.undo = async ({ selector, action, touch, to, bound }) => {
    if (action === "click") hr.markIdle();
    if (action === "click" && !hr.act(selector, touch)) return false;
    if (to === "base") forgetFocus();
    await hr.quiet(bound, 600, 900);
    top();
    return hr.sameAs(to);
  };
})();
