// What a person sees: the visible leaves of the page (texts, pictures, controls, painted boxes).
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.see) return;

  const fold = (text) => text.replace(/\s+/g, " ").trim();
  hr.fold = fold;
  const shortHash = (text) => {
    let hash = 5381;
    for (let i = 0; i < text.length; i++) hash = ((hash << 5) + hash + text.charCodeAt(i)) | 0;
    return (hash >>> 0).toString(36);
  };
  hr.shortHash = shortHash;
  const file = (url) => {
    if (!url) return "";
    if (url.startsWith("data:") || url.startsWith("blob:")) return `data-${shortHash(url.slice(0, 5000))}`;
    return url.split(/[?#]/)[0].split("/").pop();
  };

  const SKIP = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "META", "LINK", "TITLE", "BR", "WBR", "OPTION", "OPTGROUP", "SOURCE", "TRACK", "PARAM", "DATALIST"]);
  const CONTROLS = new Set(["INPUT", "TEXTAREA", "SELECT", "PROGRESS", "METER"]);

  const meet = (a, b) => [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  const CLIPS = /^(hidden|clip)$/;
  const SCROLLS = /^(auto|scroll|overlay)$/;

  // Overflow that hides for good: hidden and clip; in a scroller only what snaps (slides are not a list to scroll).
  const clipOf = (style, rect) => {
    const far = 1e7;
    const snaps = /x|both|inline/.test(style.scrollSnapType) && style.scrollSnapType !== "none";
    const x = CLIPS.test(style.overflowX) || (SCROLLS.test(style.overflowX) && snaps);
    const y = CLIPS.test(style.overflowY);
    if (!x && !y) return null;
    return [x ? rect[0] : -far, y ? rect[1] : -far, x ? rect[2] : far, y ? rect[3] : far];
  };

  // What lies in a scroller can be scrolled to, however small the window on it is.
  const opened = (element, style, clip, rect) => {
    const y = SCROLLS.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
    const x = SCROLLS.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && style.scrollSnapType === "none";
    if ((!x && !y) || isRoot(element)) return clip;
    const seen = meet(rect, clip);
    if (seen[2] - seen[0] < 2 || seen[3] - seen[1] < 2) return clip;
    return [x ? -1e7 : clip[0], y ? -1e7 : clip[1], x ? 1e7 : clip[2], y ? 1e7 : clip[3]];
  };

  const cutAway = (style) => {
    if (style.clip !== "auto" && /^rect\((0|1)px,? (0|1)px,? (0|1)px,? (0|1)px\)$/.test(style.clip)) return true;
    return style.clipPath !== "none" && /^(inset\((50|100)%\)|circle\(0(px|%)?( |\)))/.test(style.clipPath);
  };

  const contains = (style) => style.transform !== "none" || style.perspective !== "none" || style.filter !== "none"
    || /paint|layout|strict|content/.test(style.contain) || /transform|perspective|filter/.test(style.willChange);

  const painted = (style) => {
    if (style.backgroundImage !== "none") return true;
    if (!/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor)) return true;
    return style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0;
  };

  const drawing = (svg) => {
    const use = svg.querySelector("use");
    const path = svg.querySelector("path, polygon, polyline, circle, rect, line");
    const say = (use && (use.getAttribute("href") || use.getAttribute("xlink:href")))
      || (path && (path.getAttribute("d") || path.getAttribute("points") || path.tagName)) || "";
    return `${fold(svg.textContent).slice(0, 40)}${shortHash(say)}`;
  };

  // The text of a component's host is seen where its shadow root has the slot for it, if at all.
  const ownText = (element) => {
    let text = "";
    const nodes = element.shadowRoot ? [] : element.tagName === "SLOT" ? slotted(element) : element.childNodes;
    for (const node of nodes) if (node.nodeType === 3) text += node.data + " ";
    return fold(text);
  };
  const slotted = (slot) => (slot.assignedSlot ? [] : slot.assignedNodes());
  const slottedBox = (slot) => {
    const nodes = slotted(slot).filter((node) => node.nodeType === 3 && fold(node.data));
    if (!nodes.length) return null;
    const range = slot.ownerDocument.createRange();
    range.setStartBefore(nodes[0]);
    range.setEndAfter(nodes[nodes.length - 1]);
    return range.getBoundingClientRect();
  };

  // The key of a leaf: what it shows, whatever its place. "" when the element itself shows nothing.
  const keyOf = (element, style, rect) => {
    const tag = element.tagName;
    if (tag === "IMG") return `img:${file(element.currentSrc || element.src)}`;
    if (tag === "svg" || tag === "SVG") return `svg:${drawing(element)}`;
    if (tag === "VIDEO" || tag === "CANVAS" || tag === "OBJECT" || tag === "EMBED" || tag === "AUDIO") return `${tag.toLowerCase()}:${file(element.currentSrc || element.data || "")}`;
    if (tag === "IFRAME" || tag === "FRAME") return `frame:${file(element.src)}`;
    if (CONTROLS.has(tag)) {
      const button = /^(button|submit|reset)$/.test(element.type);
      return `control:${element.type || tag}:${element.name || ""}:${element.placeholder || (button ? element.value : "")}`;
    }
    const text = ownText(element);
    if (text) return `text:${text.slice(0, 200)}`;
    if (style.backgroundImage.includes("url(") && rect[2] - rect[0] >= 8 && rect[3] - rect[1] >= 8) {
      return `back:${file(style.backgroundImage.replace(/^.*?url\("?/, "").replace(/"?\).*$/, ""))}`;
    }
    if (!element.firstElementChild && !element.shadowRoot && rect[2] - rect[0] >= 8 && rect[3] - rect[1] >= 8 && painted(style)) {
      return `box:${element.tagName.toLowerCase()}`;
    }
    return "";
  };

  const clamped = (element, style) =>
    (style.webkitLineClamp !== "none" || CLIPS.test(style.overflowY)) && element.scrollHeight > element.clientHeight + 6
    && element.clientHeight > 0;

  const childrenOf = (element) => {
    if (element.shadowRoot) return element.shadowRoot.children;
    if (element.tagName === "SLOT") {
      const assigned = element.assignedElements();
      return assigned.length ? assigned : element.children;
    }
    return element.children;
  };
  hr.childrenOf = childrenOf;

  const isRoot = (element) => element.tagName === "HTML" || element.tagName === "BODY";

  // clips: flow, for absolute ones, for fixed ones. at: where the frame lies in the top document.
  const walk = (element, clips, at, out) => {
    if (SKIP.has(element.tagName) || element.nodeType !== 1) return;
    const style = getComputedStyle(element);
    if (style.display === "none" || style.opacity === "0" || style.contentVisibility === "hidden") return;
    const words = element.tagName === "SLOT" ? slottedBox(element) : null;
    const contents = style.display === "contents" && !words;
    const bounds = words || element.getBoundingClientRect();
    const rect = [bounds.left + at[0], bounds.top + at[1], bounds.right + at[0], bounds.bottom + at[1]];
    const position = style.position;
    if (position === "fixed") out.fixed.add(element);
    const clip = position === "fixed" ? clips[2] : position === "absolute" ? clips[1] : clips[0];
    let next = clips;
    if (!contents) {
      if (position === "absolute" && cutAway(style)) return;
      const cut = isRoot(element) ? null : clipOf(style, rect);
      const flow = opened(element, style, cut ? meet(clip, cut) : clip, rect);
      const holdsAll = contains(style);
      const positioned = position !== "static" || holdsAll;
      next = [flow, positioned ? flow : position === "fixed" ? clip : clips[1], holdsAll ? flow : clips[2]];
    }
    const seen = contents ? rect : meet(rect, clip);
    const wide = seen[2] - seen[0], high = seen[3] - seen[1];
    const visible = !contents && wide >= 2 && high >= 2 && style.visibility === "visible";
    if (visible) {
      out.shown.add(element);
      const key = keyOf(element, style, rect);
      if (key) {
        const text = key.startsWith("text:");
        const share = (high / (rect[3] - rect[1])) * (text ? 1 : wide / (rect[2] - rect[0]));
        const part = share < 0.85 || (text && clamped(element, style)) ? "~" : "";
        out.leaves.push({
          element, key: key + part, x: seen[0], y: seen[1], w: wide, h: high, color: style.color + style.backgroundColor,
          size: parseFloat(style.fontSize),
        });
      }
    }
    const tag = element.tagName;
    if (tag === "svg" || tag === "SVG" || CONTROLS.has(tag)) return;
    if (tag === "IFRAME" || tag === "FRAME") {
      if (visible) walkFrame(element, rect, seen, out);
      return;
    }
    if (tag === "DETAILS" && !element.open) {
      const summary = [...element.children].find((child) => child.tagName === "SUMMARY");
      if (summary) walk(summary, next, at, out);
      return;
    }
    for (const child of childrenOf(element)) walk(child, next, at, out);
  };

  const walkFrame = (frame, rect, seen, out) => {
    let inner = null;
    try { inner = frame.contentDocument; } catch { return; }
    if (!inner || !inner.documentElement) return;
    const left = rect[0] + frame.clientLeft, top = rect[1] + frame.clientTop;
    const clip = [seen[0], -1e7, seen[2], 1e7];
    walk(inner.documentElement, [clip, clip, meet(clip, seen)], [left, top], out);
  };

  // What the page is painted on: the root, the body and what fills the window within them.
  const backdrop = () => {
    const found = [document.documentElement, document.body];
    for (const child of document.body.children) {
      const box = child.getBoundingClientRect();
      if (box.width >= 0.9 * innerWidth && box.height >= 0.9 * innerHeight && /static|relative/.test(getComputedStyle(child).position)) found.push(child);
    }
    return found.map((one) => { const style = getComputedStyle(one); return style.backgroundColor + style.backgroundImage + style.filter; }).join();
  };

  // Everything visible now, in document order. Lengths are page CSS px.
  hr.see = () => {
    const root = document.documentElement;
    const out = { leaves: [], shown: new Set(), fixed: new Set(), url: location.href, scroll: [scrollX, scrollY], backdrop: "" };
    if (!document.body) return out;
    const hidden = [root, document.body].some((element) => CLIPS.test(getComputedStyle(element).overflowX));
    const right = hidden ? innerWidth : Math.max(innerWidth, root.scrollWidth);
    const page = [0, 0, right, 1e7];
    const view = [scrollX, scrollY, scrollX + innerWidth, scrollY + innerHeight];
    walk(root, [page, page, view], [scrollX, scrollY], out);
    out.backdrop = backdrop();
    return out;
  };

  // How often each key is seen, without what lies in the volatile parts, and without the leaves in `except`.
  hr.counts = (sight, volatile, except) => {
    const counts = new Map();
    for (const leaf of sight.leaves) {
      if (except && except.has(leaf)) continue;
      if (volatile && volatile.size && inside(leaf.element, volatile)) continue;
      counts.set(leaf.key, (counts.get(leaf.key) || 0) + 1);
    }
    return counts;
  };

  const up = (element) => element.assignedSlot || element.parentElement
    || (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null)
    || (element.ownerDocument.defaultView && element.ownerDocument !== document ? element.ownerDocument.defaultView.frameElement : null);
  hr.up = up;
  const inside = (element, set) => {
    for (let at = element; at; at = up(at)) if (set.has(at)) return true;
    return false;
  };
  hr.inside = inside;
  hr.holds = (ancestor, element) => {
    for (let at = element; at; at = up(at)) if (at === ancestor) return true;
    return false;
  };

  // What lies around the leaves of a sight, be it as small as it may.
  hr.around = (sight) => {
    if (sight.around) return sight.around;
    sight.around = new Set();
    for (const leaf of sight.leaves) for (let at = leaf.element; at && !sight.around.has(at); at = up(at)) sight.around.add(at);
    return sight.around;
  };

  const near = (a, b) => Math.abs(a.x - b.x) <= 6 && Math.abs(a.y - b.y) <= 6;

  // Leaves that came and went between two sights. The same element with the same words stays; so does what was drawn
  // anew (its old element is gone) or lies in the same place. The same words elsewhere, in an element that was there
  // all along, came: three sections may say the same.
  hr.difference = (before, after, volatile, except) => {
    const counted = (leaf) => !(except && except.has(leaf)) && !(volatile && volatile.size && inside(leaf.element, volatile));
    const old = new Map();
    for (const leaf of before.leaves) if (counted(leaf)) old.set(leaf.element, leaf);
    const open = [];
    for (const leaf of after.leaves) {
      if (!counted(leaf)) continue;
      const same = old.get(leaf.element);
      if (same && same.key === leaf.key) old.delete(leaf.element);
      else open.push(leaf);
    }
    const left = new Map();
    for (const leaf of old.values()) {
      const others = left.get(leaf.key);
      if (others) others.push(leaf);
      else left.set(leaf.key, [leaf]);
    }
    const added = [];
    for (const leaf of open) {
      const others = left.get(leaf.key) || [];
      let at = others.findIndex((one) => near(one, leaf));
      if (at < 0) at = others.findIndex((one) => !one.element.isConnected);
      if (at < 0) added.push(leaf);
      else old.delete(others.splice(at, 1)[0].element);
    }
    return { added, removed: [...old.values()] };
  };
})();
