// Changes to a live page, one kind each, as a redesign would make them. `mutate(kind, selectors, seed)` answers whether it
// did something. Those of NEUTRAL leave what a visitor sees as it was, or change colours only.
(() => {
  const random = (seed) => () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 4294967296;
  };
  const hash = (text) => {
    let value = 2166136261;
    for (const char of text) value = Math.imul(value ^ char.codePointAt(0), 16777619) >>> 0;
    return value;
  };
  const NAMES = ["Carry on", "Explore", "Pick a plan", "Our story", "Talk to us", "Try it out", "Nearby", "Discover more"];
  const texts = (el) => {
    const walker = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
    return found;
  };
  const important = (el, styles) => {
    for (const [key, value] of Object.entries(styles)) el.style.setProperty(key, value, "important");
  };

  const SEEN = {
    remove: ([el]) => el.remove(),
    block: ([el]) => el.parentElement.remove(),
    rename: ([el], next) => {
      const name = NAMES[Math.floor(next() * NAMES.length)];
      const [first, ...rest] = texts(el);
      for (const node of rest) node.data = "";
      if (first) first.data = name;
      for (const key of ["aria-label", "placeholder", "title"]) if (el.hasAttribute(key)) el.setAttribute(key, name);
      if (el.matches("input[type=submit],input[type=button]")) el.value = name;
      const image = el.querySelector("img[alt]");
      if (!first && image) image.alt = name;
    },
    below_fold: ([el]) => {
      const home = document.createElement("div");
      home.style.cssText = "padding: 24px; min-height: 60px";
      const spacer = document.createElement("div");
      spacer.style.height = `${Math.max(0, innerHeight - document.documentElement.scrollHeight) + 200}px`;
      home.append(el);
      document.body.append(spacer, home);
    },
    push: ([el]) => {
      const room = document.createElement("div");
      room.style.height = `${innerHeight}px`;
      (el.closest("section,header,nav,form") || el).before(room);
    },
    cover: ([el]) => {
      const { top, height } = el.getBoundingClientRect();
      const bar = document.createElement("div");
      bar.textContent = "We have news for you.";
      bar.style.cssText = `position: fixed; left: 0; right: 0; top: ${Math.max(0, top - 12)}px; height: ${height + 24}px;
        z-index: 99999; background: #224; color: #fff; pointer-events: auto`;
      document.body.append(bar);
    },
    overlap: ([el]) => {
      const { left, top, width, height } = el.getBoundingClientRect();
      const box = document.createElement("div");
      box.textContent = "New";
      box.style.cssText = `position: absolute; left: ${left + scrollX - 4}px; top: ${top + scrollY - 4}px;
        width: ${width + 8}px; height: ${height + 8}px; z-index: 9999; background: #fc3; pointer-events: auto`;
      document.body.append(box);
    },
    disable: ([el]) => {
      if (el.matches("button,input,select,textarea")) el.disabled = true;
      else el.setAttribute("aria-disabled", "true");
    },
    destination: ([one, two]) => {
      const [a, b] = [one.getAttribute("href"), two.getAttribute("href")];
      one.setAttribute("href", b);
      two.setAttribute("href", a);
    },
    shrink: ([el]) => important(el, { transform: "scale(0.4)" }),
    squeeze: ([el]) => important(el, { "font-size": "7px", "line-height": "1", padding: "0", "min-height": "0", height: "auto" }),
    dead: ([el]) => {
      const still = document.createElement("span");
      for (const { name, value } of [...el.attributes]) if (!/^(href|role|tabindex|type|on.*)$/.test(name)) still.setAttribute(name, value);
      important(still, { cursor: "auto" });
      still.append(...el.childNodes);
      el.replaceWith(still);
    },
    hide: ([el]) => important(el, { display: "none" }),
    swap: ([one, two]) => {
      const mark = document.createComment("");
      one.before(mark);
      two.before(one);
      mark.replaceWith(two);
    },
  };

  const REFERENCES = ["for", "aria-controls", "aria-labelledby", "aria-describedby", "list", "form", "data-bs-target"];
  function churn() {
    const name = (token) => `x${hash(token).toString(36)}`;
    const rewrite = (css) => css.replace(/([.#])(-?[A-Za-z_][\w-]*)/g, (_, kind, token) => kind + name(token));
    const rename = (rules) => {
      for (const rule of rules) {
        if (rule.selectorText) rule.selectorText = rewrite(rule.selectorText);
        if (rule.cssRules) rename(rule.cssRules);
        if (rule.styleSheet) rename(rule.styleSheet.cssRules);
      }
    };
    for (const sheet of document.styleSheets) {
      try {
        rename(sheet.cssRules);
      } catch (error) {
        if (error.name !== "SecurityError") throw error;
      }
    }
    for (const el of document.querySelectorAll("body, body *")) {
      if (el.classList.length) el.setAttribute("class", [...el.classList].map(name).join(" "));
      if (el.id) el.id = name(el.id);
      const href = el.getAttribute("href");
      if (href && href.length > 1 && href.startsWith("#") && !href.startsWith("#/")) el.setAttribute("href", `#${name(href.slice(1))}`);
      for (const key of REFERENCES) {
        const value = el.getAttribute(key);
        if (value) el.setAttribute(key, value.split(/\s+/).map((token) => (token.startsWith("#") ? `#${name(token.slice(1))}` : name(token))).join(" "));
      }
    }
  }

  const boxes = () => [...document.querySelectorAll("a,button,input,select,summary,label,img,h1,h2,h3,p")].map((el) => {
    const { left, top, width, height } = el.getBoundingClientRect();
    return [left, top, width, height];
  });
  const same = (one, two) => one.every((box, at) => box.every((value, side) => Math.abs(value - two[at][side]) < 1));
  const shuffled = (list, next) => list.map((item) => [next(), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);

  /** Does a change that can be undone, and undoes it when anything on the page moved by it. */
  function tried(change) {
    const before = boxes();
    const undo = change();
    if (same(before, boxes())) return true;
    undo();
    return false;
  }

  function wrap(_, next) {
    let done = 0;
    for (const el of shuffled([...document.querySelectorAll("body :is(a,button,form,ul,section,div,p,h2,nav,img)")], next).slice(0, 60)) {
      done += tried(() => {
        const box = document.createElement("div");
        if (el.matches("a,button,img,span")) box.style.display = "contents";
        el.before(box);
        box.append(el);
        return () => box.replaceWith(el);
      });
      if (done >= 15) break;
    }
    return done > 0;
  }

  function retag(_, next) {
    let done = 0;
    const turn = (el, tag) => {
      const other = document.createElement(tag);
      for (const { name, value } of [...el.attributes]) other.setAttribute(name, value);
      other.append(...el.childNodes);
      el.replaceWith(other);
      return other;
    };
    for (const el of shuffled([...document.querySelectorAll("body :is(div,section,article,aside)")], next).slice(0, 40)) {
      const tag = el.localName === "div" ? "section" : "div";
      done += tried(() => {
        const other = turn(el, tag);
        return () => turn(other, el.localName);
      });
      if (done >= 12) break;
    }
    return done > 0;
  }

  function unwrap(_, next) {
    let done = 0;
    for (const el of shuffled([...document.querySelectorAll("body div:not([role]):not(:empty)")], next).slice(0, 60)) {
      if (el.querySelectorAll(":scope > *").length !== 1 || el.textContent !== el.firstElementChild.textContent) continue;
      done += tried(() => {
        const [children, parent, after] = [[...el.childNodes], el.parentNode, el.nextSibling];
        el.replaceWith(...children);
        return () => {
          parent.insertBefore(el, after);
          el.append(...children);
        };
      });
      if (done >= 12) break;
    }
    return done > 0;
  }

  const sheet = (css) => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
  };

  const NEUTRAL = {
    nothing: () => {},
    churn,
    wrap,
    retag,
    unwrap,
    recolour: () => sheet("* { color: #123 !important; background-color: #f4efe6 !important; border-color: #876 !important }"),
    restyle: () =>
      sheet(`* { border-radius: 6px !important; box-shadow: none !important; text-shadow: none !important; transition: none !important }
        a { text-decoration: none !important } h1, h2, h3 { letter-spacing: .2px } p { line-height: 1.52 }`),
    reflow: () => sheet("p { line-height: 1.6 !important } section { padding-bottom: 60px !important } body { font-size: 16.5px }"),
    numbers: () => {
      for (const node of texts(document.body)) node.data = node.data.replace(/\d+/g, (digits) => String(Number(digits) + 1));
    },
    scripts: () => {
      for (let at = 0; at < 5; at += 1) document.body.append(document.createElement("script"), document.createElement("style"));
      for (const el of document.querySelectorAll("a,button")) el.setAttribute("data-build", "7f3a");
    },
  };

  // Whether a change did to its element what its kind says: a style may not apply, an element may not go where it is put.
  const reached = (el) => {
    const scrolled = [];
    for (let at = el; at; at = at.parentElement) scrolled.push([at, at.scrollLeft, at.scrollTop]);
    el.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = el.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    for (const [at, x, y] of scrolled) at.scrollTo({ left: x, top: y, behavior: "instant" });
    return !!hit && el.contains(hit);
  };
  const area = (el) => {
    const { width, height } = el.getBoundingClientRect();
    return width * height;
  };
  const below = ([el]) => el.getBoundingClientRect().top >= innerHeight && reached(el);
  const CHECKS = {
    below_fold: below,
    push: below,
    swap: ([one, two]) => reached(one) && reached(two),
    shrink: ([el], was) => area(el) < 0.5 * was,
    squeeze: ([el], was) => area(el) < 0.5 * was,
  };

  globalThis.__mutations = {
    seen: Object.keys(SEEN),
    neutral: Object.keys(NEUTRAL),
    mutate(kind, elements, seed) {
      const was = elements.length && area(elements[0]);
      const did = (SEEN[kind] || NEUTRAL[kind])(elements, random(seed));
      return did !== false && (!CHECKS[kind] || CHECKS[kind](elements, was));
    },
  };
})();
