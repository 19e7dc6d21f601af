// Acting on the page and saying what it changed.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.act) return;

  // The page may use these names for things of its own.
  hr.kinds = { Event, MouseEvent, PointerEvent, Touch: globalThis.Touch, TouchEvent: globalThis.TouchEvent };
  const kindsOf = (element) => {
    const view = element.ownerDocument.defaultView;
    return ((view && view.__heatreelCapture) || hr).kinds;
  };

  const center = (element) => {
    const box = element.getClientRects()[0] || element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };

  // The deepest element in the middle of the target, when it is on screen; else its likely inner part.
  const innermost = (element) => {
    const found = hr.hit(element);
    if (found && hr.holds(element, found[0])) return found[0];
    return element;
  };

  const fire = (element, Kind, type, at, more = {}) => {
    const view = element.ownerDocument.defaultView;
    return element.dispatchEvent(new (kindsOf(element)[Kind])(type, {
      bubbles: true, cancelable: true, composed: true, view, clientX: at[0], clientY: at[1], button: 0, detail: 1, ...more,
    }));
  };

  const touches = (element, at) => {
    const view = element.ownerDocument.defaultView, { Touch, TouchEvent } = kindsOf(element);
    if (!TouchEvent || !Touch) return true;
    const touch = new Touch({ identifier: 1, target: element, clientX: at[0], clientY: at[1] });
    const send = (type, list) => element.dispatchEvent(new TouchEvent(type, {
      bubbles: true, cancelable: true, composed: true, view, touches: list, targetTouches: list, changedTouches: [touch],
    }));
    send("touchstart", [touch]);
    return send("touchend", []);
  };

  const focusable = (element) => {
    for (let at = element; at; at = hr.up(at)) {
      if (at.matches("a[href],button,input,select,textarea,summary,[tabindex],[contenteditable]") && !at.matches(":disabled")) return at;
    }
    return null;
  };

  const arrive = (target) => {
    over(target, ["mouseover"]);
    for (const one of chain(target).reverse()) over(one, ["mouseenter"]);
    over(target, ["mousemove"]);
  };

  // The events of a real click in their order. No scrolling: menus and popovers close when the page moves.
  const click = (element, touch) => {
    const target = innermost(element);
    const at = center(target);
    const pointer = { pointerId: 1, isPrimary: true, pointerType: touch ? "touch" : "mouse" };
    fire(target, "PointerEvent", "pointerover", at, pointer);
    fire(target, "PointerEvent", "pointerdown", at, { ...pointer, buttons: 1 });
    if (touch && !touches(target, at)) return;
    // After a tap, a browser moves the pointer there for pages that know mice only.
    if (touch) arrive(target);
    const down = fire(target, "MouseEvent", "mousedown", at, { buttons: 1 });
    const focus = focusable(target);
    if (down && focus) focus.focus({ preventScroll: true, focusVisible: false });
    else if (down && document.activeElement && document.activeElement !== document.body) document.activeElement.blur();
    fire(target, "PointerEvent", "pointerup", at, pointer);
    fire(target, "MouseEvent", "mouseup", at);
    if (target.isConnected) fire(target, "PointerEvent", "click", at, pointer);
  };

  const over = (element, types) => {
    const at = center(element);
    for (const type of types) {
      const bubbles = /over|out|move/.test(type);
      fire(element, type.startsWith("pointer") ? "PointerEvent" : "MouseEvent", type, at, { bubbles, pointerType: "mouse", isPrimary: true, pointerId: 1 });
    }
  };

  const chain = (element) => {
    const found = [];
    for (let at = element; at && at !== document.documentElement; at = hr.up(at)) found.push(at);
    return found;
  };

  hr.enter = (selector) => {
    const element = hr.resolve(selector);
    if (!element) return false;
    over(element, ["pointerover"]);
    for (const one of chain(element).reverse()) over(one, ["pointerenter"]);
    over(element, ["mouseover"]);
    for (const one of chain(element).reverse()) over(one, ["mouseenter"]);
    over(element, ["pointermove", "mousemove"]);
    return true;
  };
  hr.leave = (selector) => {
    const element = hr.resolve(selector);
    if (!element) return false;
    over(element, ["pointerout"]);
    for (const one of chain(element)) over(one, ["pointerleave"]);
    over(element, ["mouseout"]);
    for (const one of chain(element)) over(one, ["mouseleave"]);
    return true;
  };

  // Timers that run before an act are not the act's.
  hr.markIdle = () => { for (const one of [hr, ...hr.frames()]) one.idleTimers = one.timers.size; };

  hr.act = (selector, touch) => {
    const element = hr.resolve(selector);
    if (!element) return false;
    for (const one of [hr, ...hr.frames()]) one.standGuard();
    if (element.tagName === "SELECT") return choose(element);
    click(element, touch);
    return true;
  };

  const choose = (select) => {
    const next = [...select.options].findIndex((option, index) => index > select.selectedIndex && !option.disabled);
    if (next < 0) return false;
    select.selectedIndex = next;
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  // Runs what the page has put off for up to `wait` ms, in the order in which it would have come; says how much.
  // `since`: only what was put off since then.
  hr.release = (wait, since = 0) => {
    const due = [...(hr.late || [])].filter(([, one]) => one.wait <= wait && one.since >= since)
      .sort(([, a], [, b]) => a.since + a.wait - b.since - b.wait);
    for (const [id, one] of due) {
      if (!hr.late.delete(id)) continue;
      try { one.run(); } catch { /* the page's own fault */ }
    }
    return due.length;
  };
  hr.pass = (wait) => {
    for (const one of [hr, ...hr.frames()]) one.standGuard();
    hr.markIdle();
    hr.release(wait);
    return true;
  };
  // After how many ms something would come by itself, up to `bound`.
  hr.comesLate = (bound) => [...new Set([...(hr.late || new Map()).values()].map((one) => one.wait))]
    .filter((wait) => wait <= bound).sort((a, b) => a - b).slice(0, 3);

  // Selector of what has the focus.
  hr.focused = () => {
    let at = document.activeElement;
    while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
    return at && at !== document.body ? hr.selectorOf(at) : "";
  };

  hr.focus = (selector) => {
    const element = selector ? hr.resolve(selector) : document.activeElement || document.body;
    if (!element) return false;
    for (const one of [hr, ...hr.frames()]) one.standGuard();
    hr.markIdle();
    if (selector) element.focus({ preventScroll: true });
    return true;
  };

  // Where the pointer would rest on an element, in the window at scroll 0.
  hr.spot = (selector) => {
    const element = hr.resolve(selector);
    if (!element) return null;
    for (const one of [hr, ...hr.frames()]) one.standGuard();
    hr.markIdle();
    const found = hr.hit(element);
    const [x, y] = found ? [found[1], found[2]] : center(element);
    let left = 0, top = 0;
    for (let view = element.ownerDocument.defaultView; view && view !== globalThis && view.frameElement; view = view.parent) {
      const box = view.frameElement.getBoundingClientRect();
      left += box.left; top += box.top;
    }
    return { x: x + left, y: y + top, on_screen: !!found };
  };

  hr.markChain = (selector) => {
    hr.chain = chain(hr.resolve(selector));
    return hr.chain.length;
  };
  hr.scrollTo = (selector) => {
    const element = hr.resolve(selector);
    if (element) element.scrollIntoView({ block: "center", behavior: "instant" });
    return !!element;
  };
  hr.route = (url) => {
    hr.standGuard();
    location.href = url;
    return true;
  };
  // Back by one step, if the last act made one; else it would leave the page.
  hr.back = () => {
    const grown = globalThis.navigation && navigation.currentEntry && navigation.currentEntry.index > hr.historyAt;
    if (grown) history.back();
    return !!grown;
  };

  let steady = null;
  // While a picture is taken: no blinking caret, and scripts of the page do not hear of the window's other sizes.
  hr.shoot = (on) => {
    hr.shooting = on;
    if (!steady) {
      steady = new CSSStyleSheet();
      steady.replaceSync("* { caret-color: transparent !important }");
    }
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== steady);
    document.adoptedStyleSheets = on ? others.concat([steady]) : others;
    return true;
  };

  // What is masked keeps its box and loses its words.
  hr.mask = (selectors) => {
    for (const element of document.querySelectorAll(selectors.join(","))) {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(/\S/g, "•");
      for (const one of [element, ...element.querySelectorAll("*")]) {
        for (const name of ["alt", "title", "aria-label", "placeholder", "value", "src", "srcset", "poster"]) one.removeAttribute(name);
        if ("value" in one && typeof one.value === "string") one.value = "";
      }
    }
    return true;
  };
})();
