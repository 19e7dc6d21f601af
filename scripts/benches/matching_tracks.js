// What is done to the second page of a pair before it is read: each track takes one kind of evidence away.
// `marks` are the elements that the truth names on that page, null where it names none.
(() => {
  const hash = (text) => {
    let value = 2166136261;
    for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16777619) >>> 0;
    return value;
  };
  const SYLLABLES = ["ba", "do", "fi", "ke", "lu", "mo", "na", "pe", "ri", "so", "tu", "va", "we", "yo", "zi", "qua"];
  const word = (seed) => {
    let text = "";
    for (let value = seed || 1, i = 0; i < 1 + (seed % 4); i += 1, value = Math.imul(value, 48271) >>> 0) {
      text += SYLLABLES[value % SYLLABLES.length];
    }
    return text;
  };
  const reworded = (text) => {
    const words = text.split(/\s+/).filter(Boolean);
    if (!words.length) return text;
    const seed = hash(text.trim());
    const count = Math.max(1, words.length + (seed % 3) - 1);
    return Array.from({ length: count }, (_, i) => word(hash(`${seed}:${i}`))).join(" ");
  };

  const HIDDEN = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE"]);
  function reword() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) if (!HIDDEN.has(walker.currentNode.parentElement.tagName)) nodes.push(walker.currentNode);
    for (const node of nodes) node.data = reworded(node.data);
    for (const attribute of ["alt", "title", "aria-label", "placeholder"]) {
      for (const el of document.querySelectorAll(`[${attribute}]`)) {
        el.setAttribute(attribute, reworded(el.getAttribute(attribute)));
      }
    }
    for (const el of document.querySelectorAll("input[type=submit],input[type=button],input[type=reset]")) {
      if (el.value) el.value = reworded(el.value);
    }
  }

  const REFERENCES = ["for", "aria-controls", "aria-labelledby", "aria-describedby", "headers", "list", "form"];
  function hashNames() {
    const name = (token) => `x${hash(token).toString(36)}`;
    const rename = (rules) => {
      for (const rule of rules) {
        if (rule.selectorText) {
          rule.selectorText = rule.selectorText.replace(/([.#])(-?[A-Za-z_][\w-]*)/g, (_, kind, token) => kind + name(token));
        }
        if (rule.cssRules) rename(rule.cssRules);
      }
    };
    for (const sheet of document.styleSheets) {
      try {
        rename(sheet.cssRules);
      } catch (error) {
        // A sheet that was not loaded (from the network, or not in the package) has no rules to read.
        if (error.name !== "SecurityError") throw error;
      }
    }
    for (const el of document.querySelectorAll("*")) {
      if (el.classList.length) el.setAttribute("class", [...el.classList].map(name).join(" "));
      if (el.id) el.id = name(el.id);
      const href = el.getAttribute("href");
      if (href && href.length > 1 && href.startsWith("#")) el.setAttribute("href", `#${name(href.slice(1))}`);
      for (const key of REFERENCES) {
        const value = el.getAttribute(key);
        if (value) el.setAttribute(key, value.split(/\s+/).map(name).join(" "));
      }
    }
  }

  function deleteQuarter(marks) {
    marks.forEach((el) => {
      if (el && el.isConnected && hash(`delete ${pathOf(el)} ${el.textContent}`) % 4 === 0) el.remove();
    });
  }

  // The largest row of blocks changes its order: the last comes first.
  function moveBlocks() {
    let row = document.body;
    const blocks = (el) => [...el.children].filter((child) => child.offsetHeight > 40 && !HIDDEN.has(child.tagName));
    for (let next = row; next; ) {
      row = next;
      next = blocks(row).find((child) => child.offsetHeight > 0.7 * row.offsetHeight && blocks(child).length);
    }
    for (const block of blocks(row).reverse()) row.append(block);
  }

  function pathOf(el) {
    const steps = [];
    for (let node = el; node; node = node.parentElement) {
      const tag = node.tagName.toLowerCase();
      if (tag === "body") return ["body", ...steps].join(" > ");
      const twins = [...node.parentElement.children].filter((other) => other.tagName === node.tagName);
      steps.unshift(`${tag}:nth-of-type(${twins.indexOf(node) + 1})`);
    }
    return null;
  }

  const TRACKS = {
    natural: () => {},
    viewport: () => {},
    deleted: deleteQuarter,
    hashed: hashNames,
    reworded: reword,
    moved: moveBlocks,
    both: () => { reword(); hashNames(); },
  };

  // Finds the marks by path, does what the track says, and gives the paths they have then.
  globalThis.prepareTrack = (track, paths) => {
    const marks = paths.map((path) => (path ? document.querySelector(path) : null));
    TRACKS[track](marks);
    return marks.map((el) => (el && el.isConnected ? pathOf(el) : null));
  };
})();
