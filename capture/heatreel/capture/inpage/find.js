// Candidates: elements that may change what is seen when somebody clicks them or rests on them.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.find) return;

  const DECLARED = "[popovertarget],[commandfor],[data-toggle],[data-bs-toggle],[data-target],[data-bs-target],[data-dismiss],"
    + "[data-bs-dismiss],[data-slide],[data-slide-to],[data-bs-slide],[data-bs-slide-to],[data-open],[data-close],[uk-toggle],"
    + "[data-uk-toggle],[data-hs-overlay],[data-collapse-toggle],[data-dropdown-toggle],[data-modal-target],[data-modal-toggle],"
    + "[data-tabs-target],[data-drawer-target],[data-drawer-show],[data-accordion-target],[data-fancybox],[data-lightbox],[data-tab],"
    + "[data-panel],[data-micromodal-trigger],[data-a11y-dialog-show],[data-action],[ng-click],[data-ng-click],[hx-get],[data-hx-get],"
    + "[interestfor],[invoketarget]";
  const SAID = "[aria-expanded],[aria-controls],[aria-haspopup]:not([aria-haspopup=false]),[aria-pressed],[role=tab],[role=button],"
    + "[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox],[role=switch],[role=combobox],[role=treeitem],[role=radio],"
    + "[role=checkbox]";
  const KEYS = ["keydown", "keyup", "keypress"];
  const CLICKS = ["click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart", "touchend"];

  // Fields that open something when they are entered: calendars, suggestions.
  const FOCUS = ["focus", "focusin"];
  const TYPED = /^(text|search|date|datetime-local|month|week|time|color|tel|email|url|number|)$/;

  const attribute = (element, name) => element.getAttribute(name) || "";
  const hears = (element, types) => {
    const own = element.ownerDocument.defaultView && element.ownerDocument.defaultView.__heatreelCapture;
    const heard = (own || hr).listeners.get(element) || hr.listeners.get(element);
    return !!heard && types.some((type) => heard.has(type));
  };

  // Frameworks that listen at the root keep the handler on the element.
  const handled = (element, click) => {
    for (const key in element) {
      if (key.startsWith("__reactProps$")) {
        const props = element[key] || {};
        if (click ? props.onClick || props.onMouseDown || props.onPointerDown : props.onMouseEnter || props.onMouseOver || props.onPointerEnter) return true;
      }
      if (click && (key === "__click" || key === "$$click")) return true;
    }
    return false;
  };

  // jQuery's delegated handlers name their selector.
  const delegated = (types) => {
    const jquery = globalThis.jQuery;
    const found = new Set();
    if (!jquery || !jquery._data) return found;
    const holders = [document, document.body, ...document.querySelectorAll("body *")].slice(0, 6000);
    for (const holder of holders) {
      let events = null;
      try { events = jquery._data(holder, "events"); } catch { return found; }
      for (const type of events ? Object.keys(events) : []) {
        if (!types.includes(type)) continue;
        for (const entry of events[type]) {
          if (!entry.selector) continue;
          try { for (const element of holder.querySelectorAll(entry.selector)) found.add(element); } catch { /* jQuery's own syntax */ }
        }
      }
    }
    return found;
  };

  // Scripts that answer for others say in their own words for whom: `event.target.closest(".more")`; what follows a
  // "not" is what they do not answer for.
  const FOR = [
    [/(?<!!\s*[\w.$]{0,40})\.(?:closest|matches)\(\s*(["'`])([^"'`$]{1,120})\1/g, (found) => found],
    [/classList\.contains\(\s*(["'`])([\w-]{1,60})\1/g, (found) => `.${found}`],
    [/(?:has|get)Attribute\(\s*(["'`])(data-[\w-]{1,60})\1/g, (found) => `[${found}]`],
    [/(?:target|currentTarget)\.dataset()\.([a-zA-Z]\w{0,40})/g, (found) => `[data-${found.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)}]`],
    [/(?:target|currentTarget)\.id\s*={2,3}\s*(["'`])([\w-]{1,60})\1/g, (found) => `#${found}`],
    [/(?:tagName|nodeName)\s*={2,3}\s*(["'`])([A-Z][A-Z0-9]{0,20})\1/g, (found) => found.toLowerCase()],
  ];
  const CHARACTERS = 20000, MOST_NAMED = 200;
  const readBefore = new WeakMap();
  const selectorsIn = (listener) => {
    const run = typeof listener === "function" ? listener : listener && listener.handleEvent;
    if (typeof run !== "function") return [];
    if (!readBefore.has(run)) {
      let text = "";
      try { text = Function.prototype.toString.call(run).slice(0, CHARACTERS); } catch { /* a page with its own ideas */ }
      readBefore.set(run, FOR.flatMap(([pattern, css]) => [...text.matchAll(pattern)].map((found) => css(found[2]))));
    }
    return readBefore.get(run);
  };
  // What listeners further up name; not what holds most of the page, nor what holds the listener.
  const named = (types) => {
    const found = new Set();
    const holders = [globalThis, document, ...hr.all().filter((element) => hr.listeners.has(element))];
    for (const holder of holders) {
      const heard = hr.listeners.get(holder);
      if (!heard) continue;
      const root = holder.querySelectorAll ? holder : document;
      for (const type of types) {
        for (const css of [...new Set([...(heard.get(type) || [])].flatMap(selectorsIn))]) {
          let elements = [];
          try { elements = root.querySelectorAll(css); } catch { continue; }
          if (elements.length > MOST_NAMED) continue;
          for (const element of elements) if (!/^(BODY|MAIN|FORM)$/.test(element.tagName)) found.add(element);
        }
      }
    }
    return found;
  };

  hr.all = () => {
    const found = [];
    const visit = (element) => {
      found.push(element);
      if (element.tagName === "IFRAME" || element.tagName === "FRAME") {
        try { if (element.contentDocument && element.contentDocument.body) visit(element.contentDocument.body); } catch { /* another origin */ }
      }
      if (element.shadowRoot) for (const child of element.shadowRoot.children) visit(child);
      for (const child of element.children) visit(child);
    };
    if (document.body) visit(document.body);
    return found;
  };

  const sameDocument = (link) => {
    const href = attribute(link, "href").trim();
    return href === "" || href.startsWith("#") || /^javascript:/i.test(href);
  };

  const PICTURE = /\.(jpe?g|png|webp|gif|avif|svg|mp4|webm)$/i;

  // Names an element of this document by id in an attribute that is not for forms or labels.
  const pointsAt = (element) => {
    for (const { name, value } of element.attributes) {
      if (!name.startsWith("data-") || value.length > 80 || !/^#[\w-]+$/.test(value)) continue;
      const target = element.getRootNode().getElementById && element.getRootNode().getElementById(value.slice(1));
      if (target && target !== element) return target;
    }
    return null;
  };

  // Vue, Alpine and the like leave the handler's attribute in the page.
  const inline = (element) => {
    for (const { name } of element.attributes) {
      if (/^(@|x-on:|v-on:|on:|wire:)?(click|mousedown|pointerdown)\b/.test(name) && name !== "click") return true;
    }
    return false;
  };

  // Why an element may act on a click: the strongest reason first.
  const reasonOf = (element, context) => {
    const tag = element.tagName;
    if (tag === "SUMMARY" && element.parentElement && element.parentElement.tagName === "DETAILS") return "summary";
    if (element.matches(DECLARED)) return "declared";
    if (element.matches(SAID)) return "aria";
    if (tag === "INPUT") {
      if (/^(checkbox|radio)$/.test(element.type)) return "check";
      if (element.type === "button") return "button";
      return TYPED.test(element.type) && (hears(element, FOCUS.concat(CLICKS)) || context.focused.has(element) || context.focusing.has(element)) ? "field" : "";
    }
    if (tag === "TEXTAREA" || element.isContentEditable) return context.focusing.has(element) || hears(element, FOCUS) ? "field" : "";
    if (tag === "LABEL" && element.control) return ""; // its control stands for it
    if (tag === "SELECT") return hears(element, ["change", "input"]) || element.onchange || handledChange(element) ? "select" : "";
    if (tag === "BUTTON") return "button";
    if (element.onclick || element.hasAttribute("onclick") || inline(element)) return "listener";
    if (context.delegated.has(element)) return "listener";
    if (pointsAt(element)) return "declared";
    const heard = hears(element, CLICKS) || handled(element, true);
    if (tag === "A") {
      if (sameDocument(element)) return heard ? "listener" : "hash";
      if (!element.hasAttribute("href")) return heard ? "listener" : "";
      if (heard || hears(element.parentElement || element, CLICKS)) return "link-listener";
      return PICTURE.test(element.pathname) ? "link-picture" : "link";
    }
    if (heard || (element.hasAttribute("tabindex") && element.tabIndex >= 0 && keyed(element))) return "listener";
    if (tag === "OPTION") return "";
    if (context.focusing.has(element)) return "field";
    const style = getComputedStyle(element);
    if (style.cursor === "pointer") {
      const parent = hr.up(element);
      if (!parent || getComputedStyle(parent).cursor !== "pointer") return "cursor";
    }
    return "";
  };
  const handledChange = (element) => {
    for (const key in element) if (key.startsWith("__reactProps$") && element[key] && element[key].onChange) return true;
    return false;
  };

  const deepest = (doc, x, y) => {
    let found = doc.elementFromPoint(x, y);
    while (found && found.shadowRoot) {
      const inner = found.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === found) break;
      found = inner;
    }
    return found;
  };

  // Scrolls the window and true scrollers, never what only hides its overflow (that would turn carousels).
  const bring = (element, moved, middle) => {
    const doc = element.ownerDocument, view = doc.defaultView;
    for (let at = hr.up(element); at && at.ownerDocument === doc; at = hr.up(at)) {
      if (at === doc.body || at === doc.documentElement) break;
      const style = getComputedStyle(at);
      const y = /auto|scroll/.test(style.overflowY) && at.scrollHeight > at.clientHeight + 1;
      const x = /auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth + 1 && style.scrollSnapType === "none";
      if (!x && !y) continue;
      const box = element.getBoundingClientRect(), frame = at.getBoundingClientRect();
      if (!moved.has(at)) moved.set(at, [at.scrollLeft, at.scrollTop]);
      if (y && (box.top < frame.top || box.bottom > frame.bottom)) at.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
      if (x && (box.left < frame.left || box.right > frame.right)) at.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    }
    const box = element.getBoundingClientRect();
    if (box.top < 0 || box.bottom > view.innerHeight || middle) {
      if (!moved.has(view)) moved.set(view, [view.scrollX, view.scrollY]);
      view.scrollTo({ top: view.scrollY + box.top - (view.innerHeight - Math.min(box.height, view.innerHeight)) / 2, behavior: "instant" });
    }
    if (view !== globalThis && view.frameElement) bring(view.frameElement, moved, middle);
  };
  const putBack = (moved) => {
    for (const [at, [x, y]] of [...moved].reverse()) {
      if (at.scrollTo && at.document) at.scrollTo({ left: x, top: y, behavior: "instant" });
      else { at.scrollLeft = x; at.scrollTop = y; }
    }
  };
  hr.bring = bring;
  hr.putBack = putBack;

  const POINTS = [[0.5, 0.5], [0.5, 0.2], [0.2, 0.5], [0.8, 0.5], [0.5, 0.8], [0.1, 0.1]];
  const MAX_REACH = 400;

  // What a click on the element lands on: [deepest element, x, y in its window]; null when it is covered or off the page.
  hr.hit = (element) => {
    const view = element.ownerDocument.defaultView;
    const box = element.getClientRects()[0];
    if (!box || box.width < 2 || box.height < 2) return null;
    const visible = Math.min(box.width, MAX_REACH * 4), tall = Math.min(box.height, view.innerHeight);
    for (const [px, py] of POINTS) {
      const x = box.left + visible * px, y = box.top + tall * py;
      if (x < 0 || y < 0 || x >= view.innerWidth || y >= view.innerHeight) continue;
      const found = deepest(element.ownerDocument, x, y);
      if (!found || !(hr.holds(element, found) || labelOf(element, found))) continue;
      if (view !== globalThis && !frameHit(view, x, y)) continue;
      return [found, x, y];
    }
    return null;
  };
  const labelOf = (element, found) => !!element.labels && [...element.labels].some((label) => hr.holds(label, found));
  const frameHit = (view, x, y) => {
    const frame = view.frameElement;
    if (!frame) return false;
    const box = frame.getBoundingClientRect();
    return deepest(frame.ownerDocument, box.left + frame.clientLeft + x, box.top + frame.clientTop + y) === frame;
  };

  // Where to click: the element itself, or the label that stands for a hidden input.
  const place = (element) => {
    const tries = [element, ...(element.labels || [])];
    for (const one of tries) {
      // What lies under a fixed bar may lie free when the page is scrolled.
      for (const middle of [false, true]) {
        const moved = new Map();
        bring(one, moved, middle);
        const found = hr.hit(one);
        putBack(moved);
        if (found) return [one, found[0]];
      }
    }
    return null;
  };
  hr.place = place;
  // Whether somebody could act on it now.
  hr.reachable = (selector) => {
    const element = hr.resolve(selector);
    return !!element && rendered(element) && !off(element) && !!place(element);
  };

  const model = () => globalThis.__heatreel;
  const NAMED = "a,button,summary,input,select,[role],[aria-label],[aria-labelledby],img,svg";
  const nameOf = (element) => {
    if (element.tagName === "SELECT") return optionOf(element);
    let name = "";
    if (!element.matches(NAMED) || element.matches("[role=treeitem]")) {
      // Of a container, what is seen of it now: not the menu that it hides.
      const seen = (element.innerText || "").split("\n").map(hr.fold).find(Boolean);
      if (seen) return seen.slice(0, 120);
    }
    try { name = model().fingerprint(element).name; } catch { /* detached */ }
    return name || hr.fold(element.innerText || element.textContent || "").slice(0, 120) || hr.fold(attribute(element, "title")) || hostName(element);
  };
  // What a component shows in a slot is said outside of it.
  const hostName = (element) => {
    const root = element.getRootNode();
    if (!(root instanceof ShadowRoot)) return "";
    const slotted = [...element.querySelectorAll("slot")].flatMap((slot) => slot.assignedNodes({ flatten: true }));
    return hr.fold(slotted.map((node) => node.textContent || "").join(" ")).slice(0, 120) || hr.fold(attribute(root.host, "aria-label") || attribute(root.host, "label") || "");
  };
  const optionOf = (select) => {
    const next = [...select.options].find((option, index) => index > select.selectedIndex && !option.disabled);
    return next ? hr.fold(next.textContent) : "";
  };
  hr.nameOf = nameOf;
  hr.nameAt = (selector) => { const element = hr.resolve(selector); return element ? nameOf(element) : ""; };
  hr.selectorOf = (element) => {
    try { return model().selector(element); } catch { return ""; }
  };
  hr.resolve = (selector) => model().resolve(selector);

  const STATE_WORDS = /^(is-)?(active|current|open|opened|closed|show|shown|selected|collapsed|expanded|on|off|in|first|last|focus|hover|disabled)$|--(active|selected|open|current)$/i;
  const shape = (element) =>
    element.tagName + "." + [...element.classList].filter((name) => !STATE_WORDS.test(name)).sort().join(".") + "@" + attribute(element, "role");
  const groupOf = (element) => {
    const steps = [];
    for (let at = element, n = 0; at && n < 5; at = hr.up(at), n++) steps.push(shape(at));
    return hr.shortHash(steps.join("<"));
  };

  const targetOf = (element) => {
    for (const name of ["aria-controls", "data-bs-target", "data-target", "popovertarget", "commandfor", "href", "data-bs-slide-to", "data-slide-to"]) {
      const value = attribute(element, name);
      if (!value || (name === "href" && (value.length < 2 || !value.startsWith("#") || value.startsWith("#/") || value.startsWith("#!")))) continue;
      return name.includes("slide") ? "" : value.replace(/^#/, "");
    }
    const pointed = pointsAt(element);
    return pointed ? pointed.id : "";
  };

  const rendered = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false });
  const off = (element) => element.matches(":disabled") || attribute(element, "aria-disabled") === "true" || !!element.closest("[inert]");

  const record = (element, reason) => {
    const box = element.getBoundingClientRect();
    const link = element.closest("a[href]");
    const tablist = element.closest("[role=tablist]");
    return {
      selector: hr.selectorOf(element), reason, name: nameOf(element), tag: element.tagName.toLowerCase(),
      role: attribute(element, "role"), type: element.type && typeof element.type === "string" ? element.type : "",
      expanded: attribute(element, "aria-expanded"), popup: attribute(element, "aria-haspopup"),
      selected: attribute(element, "aria-selected") || attribute(element, "aria-checked") || attribute(element, "aria-current"),
      target: targetOf(element), group: groupOf(element), tablist: tablist ? hr.selectorOf(tablist) : "",
      href: link ? link.href : "", raw: link ? attribute(link, "href") : "", download: !!link && link.hasAttribute("download"),
      new_window: !!link && /_blank/.test(link.target || ""),
      classes: attribute(element, "class").slice(0, 200), data: dataOf(element),
      around: [hr.up(element), hr.up(hr.up(element) || element)].map((one) => one && one.getAttribute("class") || "").join(" ").slice(0, 200),
      submit: submits(element), checked: element.checked === true, listens: acts(element), keys: keyed(element), counts: counts(element),
      pressed: attribute(element, "aria-pressed") || (attribute(element, "role") === "switch" && attribute(element, "aria-checked"))
        || (element.type === "checkbox" ? String(element.checked) : ""),
      x: Math.round(box.left + scrollX), y: Math.round(box.top + scrollY), w: Math.round(box.width), h: Math.round(box.height),
    };
  };
  const acts = (element) => hears(element, CLICKS) || handled(element, true) || !!element.onclick || element.hasAttribute("onclick") || inline(element);
  // Part of something that counts up and down: a quantity, a month, a slider.
  const COUNTER = "[role=spinbutton],[role=slider],input[type=number],input[type=range]";
  const counts = (element) => element.matches(COUNTER)
    || [hr.up(element), hr.up(hr.up(element) || element)].some((one) => one && one.querySelectorAll("a,button,[role=button]").length <= 3 && one.querySelector(COUNTER));
  // Can have the focus, and keys are listened for on it or around it (not at the page's root, where shortcuts are).
  const keyed = (element) => {
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) return false;
    for (let at = element; at && at !== element.ownerDocument.body; at = hr.up(at)) if (hears(at, KEYS) || at.onkeydown) return true;
    return false;
  };
  const dataOf = (element) => [...element.attributes]
    .filter(({ name }) => name.startsWith("data-") || name === "title" || name === "id").map(({ name, value }) => `${name}=${value.slice(0, 40)}`).join(" ").slice(0, 300);
  const submits = (element) => {
    const button = element.closest("button, input");
    return !!button && !!button.form && /^(submit|image|reset)$/.test(button.type);
  };

  // All click candidates that can be hit now, as JSON, without those in `known` (selectors), inside `scopes` if given.
  hr.find = (known = [], scopes = null) => {
    const holders = scopes && scopes.map(hr.resolve).filter(Boolean);
    const seen = new Set(known);
    const context = { delegated: new Set([...delegated(CLICKS), ...named(["click", "mousedown", "pointerdown"])]), focused: delegated(FOCUS), focusing: hr.focusing() };
    const found = [], hits = new Map(), covered = [];
    const area = innerWidth * innerHeight;
    for (const element of hr.all()) {
      const reason = reasonOf(element, context);
      if (!reason || off(element) || element === document.body) continue;
      if (holders && !holders.some((holder) => hr.holds(holder, element))) continue;
      if (!(element.tagName === "INPUT") && !rendered(element)) continue;
      const box = element.getBoundingClientRect();
      if ((reason === "listener" || reason === "cursor" || reason === "declared") && box.width * box.height > area * 0.6 && element.querySelectorAll("a,button,input").length > 3) continue;
      const selector = hr.selectorOf(element);
      if (!selector || seen.has(selector)) continue;
      const spot = place(element);
      if (!spot) { covered.push(selector); continue; }
      found.push({ ...record(element, reason), at: hr.selectorOf(spot[0]) });
      hits.set(found[found.length - 1], [element, spot[1]]);
    }
    return JSON.stringify({ found: unnest(found, hits), covered: covered.length, delegates: delegates() });
  };

  // The page answers clicks at its root: links may be handled by a router.
  const delegates = () => [document, document.documentElement, document.body, globalThis]
    .concat([...(document.body ? document.body.children : [])])
    .some((one) => { const heard = hr.listeners.get(one); return !!heard && heard.has("click"); });

  const STRENGTH = ["summary", "declared", "aria", "check", "select", "field", "button", "link-listener", "link-picture", "hash", "listener", "link", "cursor"];

  // One candidate for each place that a click lands on: a click on `li` in whose middle lies `a` is a click on `a`.
  const unnest = (found, hits) => {
    const byHit = new Map();
    for (const one of found) {
      const [element, spot] = hits.get(one);
      const others = byHit.get(spot) || [];
      byHit.set(spot, others.concat([[one, element]]));
    }
    const kept = [];
    for (const others of byHit.values()) {
      others.sort((a, b) => STRENGTH.indexOf(a[0].reason) - STRENGTH.indexOf(b[0].reason));
      const [best] = others[0];
      if (best.reason !== "check") best.name = best.name || (others.find((one) => one[0].name) || [{ name: "" }])[0].name;
      // What the others say about it still counts: a label of a checkbox, a tab whose link does the work.
      for (const [other] of others.slice(1)) {
        for (const key of ["role", "expanded", "popup", "target", "tablist", "selected"]) best[key] = best[key] || other[key];
        best.listens = best.listens || other.reason.includes("listener");
      }
      kept.push(best);
    }
    return kept.sort((a, b) => found.indexOf(a) - found.indexOf(b));
  };

  // Links of the page: [absolute URL, selector where it can be clicked].
  hr.links = () => JSON.stringify(hr.all().filter((element) => element.tagName === "A" && element.href && typeof element.href === "string" && !element.hasAttribute("download"))
    .map((element) => [element.href, rendered(element) && place(element) ? hr.selectorOf(element) : ""]));
  Object.assign(hr, { hears, handled, delegated, rendered, record });
})();
