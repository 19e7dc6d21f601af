// Candidates for resting the pointer: what style sheets and listeners reveal then.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.findHover) return;
  const { hears, handled, delegated, rendered, record, place } = hr;
  const HOVERS = ["mouseenter", "mouseover", "pointerenter", "pointerover"];

  // Elements that may reveal something when the pointer rests on them.
  const REVEALING = ["display", "visibility", "opacity", "transform", "clip", "clip-path", "max-height", "height", "left", "right", "top", "bottom", "width", "translate", "scale", "pointer-events", "grid-template-rows", "margin-left", "margin-top", "background-image", "content-visibility", "z-index"];

  const reveals = (rule) => REVEALING.some((name) => rule.style.getPropertyValue(name) !== "");
  const rulesOf = (list, out) => {
    for (const rule of list) {
      if (rule.selectorText && (RESTING.test(rule.selectorText) || FOCUSED.test(rule.selectorText))) out.push(rule);
      if (rule.cssRules && rule.cssRules.length) {
        if (rule.media && !matchMedia(rule.media.mediaText).matches) continue;
        rulesOf(rule.cssRules, out);
      } else if (rule.styleSheet) {
        try { rulesOf(rule.styleSheet.cssRules, out); } catch { /* another origin */ }
      }
    }
  };

  const RESTING = /:(hover|focus-within)/;
  const FOCUSED = /:focus(-within|-visible)?(?![\w-])/;

  // The part of a selector up to the compound that is hovered (or has the focus), without the pseudo-class; and what
  // it says of what is revealed.
  const hovered = (text, which = RESTING) => {
    const found = [];
    for (const part of splitList(text)) {
      const at = part.search(which);
      if (at < 0) continue;
      const rest = part.slice(at).replace(/^:[\w-]+[^\s>+~]*/, "");
      const head = part.slice(0, at);
      found.push([head.replace(/:(hover|focus-within|focus-visible|focus|active)/g, "").trim() || "*", rest.replace(/::?[\w-]+(\([^)]*\))?/g, "").trim()]);
    }
    return found;
  };
  const splitList = (text) => {
    const parts = [];
    let depth = 0, from = 0;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === "(" || text[i] === "[") depth++;
      if (text[i] === ")" || text[i] === "]") depth--;
      if (text[i] === "," && !depth) { parts.push(text.slice(from, i)); from = i + 1; }
    }
    return parts.concat([text.slice(from)]);
  };

  const sheets = (root) => {
    const found = [...root.styleSheets, ...(root.adoptedStyleSheets || [])];
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) found.push(...sheets(element.shadowRoot));
    return found;
  };

  const MOST_CHECKS = 4000;
  // Elements of which a style sheet reveals something when they are in the way of `which`.
  const revealing = (which) => {
    const found = new Set(), rules = [];
    for (const sheet of sheets(document)) {
      try { rulesOf(sheet.cssRules, rules); } catch { /* a sheet of another origin */ }
    }
    let checks = 0;
    for (const rule of rules) {
      if (!rule.style || !which.test(rule.selectorText) || !reveals(rule)) continue;
      for (const [head, rest] of hovered(rule.selectorText, which)) {
        if (!rest || head === "*" || checks > MOST_CHECKS) continue; // its own look is no state
        let elements = [];
        try { elements = document.querySelectorAll(head); } catch { continue; }
        for (const element of elements) {
          checks++;
          let inner = null;
          try { inner = /^[+~]/.test(rest) ? element.parentElement && element.parentElement.querySelector(rest.replace(/^[+~]\s*/, "")) : element.querySelector(`:scope ${rest}`); } catch { /* odd */ }
          if (inner) found.add(element);
        }
      }
    }
    return found;
  };

  const FOCUSABLE = "input:not([type=hidden]),textarea,[tabindex],[contenteditable=''],[contenteditable=true]";
  // What takes the focus, and reveals something then by a style sheet: a help text beside a field.
  hr.focusing = () => {
    const found = new Set();
    for (const element of revealing(FOCUSED)) {
      const taker = element.matches(FOCUSABLE) ? element : element.querySelector(FOCUSABLE);
      if (taker) found.add(taker);
    }
    return found;
  };

  hr.findHover = (known = [], scopes = null) => {
    const seen = new Set(known.filter((selector) => selector.startsWith("hover ")));
    const holders = scopes && scopes.map(hr.resolve).filter(Boolean);
    const found = new Map([...revealing(RESTING)].map((element) => [element, "css"]));
    for (const element of hr.all()) {
      if (element === document.body) continue;
      if (hears(element, HOVERS) || HOVERS.some((type) => element[`on${type}`]) || handled(element, false) || element.hasAttribute("interestfor")) found.set(element, found.get(element) || "listener");
    }
    for (const element of hinted(found)) if (!found.has(element)) found.set(element, "hint");
    const records = [];
    const area = innerWidth * innerHeight;
    for (const [element, reason] of found) {
      if (!element.isConnected || !rendered(element)) continue;
      const box = element.getBoundingClientRect();
      if (box.width * box.height > area * 0.5) continue;
      if (holders && !holders.some((holder) => hr.holds(holder, element))) continue;
      const one = record(element, `hover-${reason}`);
      if (seen.has(`hover ${one.selector}`) || !place(element)) continue;
      records.push({ ...one, at: one.selector });
    }
    return JSON.stringify({ found: records });
  };

  // Where scripts may answer to the pointer by delegation: what bears a hint, and the items of lists that listen.
  const HINTS = "[title],[data-tooltip],[data-title],[data-toggle=tooltip],[data-bs-toggle=tooltip],[data-toggle=popover],[data-bs-toggle=popover],[data-tippy-content],[uk-tooltip],[data-uk-tooltip],[aria-haspopup][role=menuitem]";
  const hinted = (found) => {
    const more = delegated(HOVERS);
    const roots = [document, document.documentElement, document.body, globalThis];
    const listens = roots.some((root) => HOVERS.some((type) => hr.listeners.get(root) && hr.listeners.get(root).has(type)));
    if (listens || globalThis.jQuery) for (const element of document.querySelectorAll(HINTS)) more.add(element);
    for (const holder of [...found.keys()]) {
      if (!hears(holder, ["mouseover", "pointerover"])) continue;
      const items = [...holder.querySelectorAll("[role=menuitem][aria-haspopup],li")].filter((item) => item.querySelector("ul,ol,[role=menu]") || item.matches("[aria-haspopup]"));
      for (const item of items.slice(0, 12)) more.add(item.matches("li") && item.firstElementChild ? item.firstElementChild : item);
      if (items.length) found.delete(holder);
    }
    for (const element of document.querySelectorAll("iframe[title],frame[title],svg title,abbr[title]")) more.delete(element);
    return [...more].filter((element) => element !== document.body && element !== document.documentElement).slice(0, 60);
  };
})();
