// Runs before any script of the page, in every frame: notes what the page does, and keeps it from doing harm.
// Everything that the other files here share hangs on one object.
(() => {
  if (globalThis.__heatreelCapture) return;
  const hr = {
    listeners: new WeakMap(), // element -> Map of event type to its listeners
    scrollAware: false, // the page listens to scrolling, or observes what comes into view
    inflight: new Map(), // token -> start, for fetch and XMLHttpRequest
    timers: new Map(), // id -> due time, for short timers
    idleTimers: 0, // how many of them are pending when the page is at rest
    held: 0,
    late: new Map(), // id -> { wait, since, run } of those that are held
    mutations: 0, // batches of mutations that are not noise
    noisy: new WeakSet(), // nodes that mutate while nobody does anything
    noise: null, // while set, mutated nodes are collected here
    notes: [], // what was kept from happening: [what, detail]
    guard: false, // no navigation to another document while set
    shooting: false,
    closedRoots: 0,
    document,
    shadows: [], // shadow roots that scripts have made, closed ones too
    films: new WeakMap(), // video or audio -> how often it was stopped
    now: performance.now.bind(performance),
  };
  Object.defineProperty(globalThis, "__heatreelCapture", { value: hr, enumerable: false });
  const native = {
    setTimeout: setTimeout.bind(globalThis),
    requestAnimationFrame: requestAnimationFrame.bind(globalThis),
  };
  hr.native = native;

  // A painted frame; after a second without one the page is not painted at all, and time must do.
  hr.frame = () => new Promise((done) => {
    const late = native.setTimeout(done, 1000);
    native.requestAnimationFrame(() => { clearTimeout(late); done(); });
  });

  const wrap = (owner, name, make) => {
    const original = owner[name];
    if (typeof original !== "function") return;
    const replaced = make(original);
    Object.defineProperty(replaced, "name", { value: name });
    replaced.toString = () => original.toString();
    owner[name] = replaced;
  };

  // Listeners: which elements answer to what.
  wrap(EventTarget.prototype, "addEventListener", (original) => function (type, listener, options) {
    if (type === "beforeunload") return undefined;
    if (this instanceof Node || this === globalThis) {
      const types = hr.listeners.get(this) || new Map();
      hr.listeners.set(this, types.set(String(type), (types.get(String(type)) || new Set()).add(listener)));
    }
    if (type === "scroll" && !(this instanceof Element) && !(options && options.heatreel)) hr.scrollAware = true;
    return original.call(this, type, listener, options);
  });
  wrap(EventTarget.prototype, "removeEventListener", (original) => function (type, listener, options) {
    const types = hr.listeners.get(this), listening = types && types.get(String(type));
    if (listening && listening.delete(listener) && !listening.size) types.delete(String(type));
    return original.call(this, type, listener, options);
  });
  Object.defineProperty(globalThis, "onbeforeunload", { get: () => null, set: () => {}, configurable: true });
  if (globalThis.IntersectionObserver) {
    wrap(IntersectionObserver.prototype, "observe", (original) => function (target) {
      hr.scrollAware = true;
      return original.call(this, target);
    });
  }

  // Requests under way. A body that is still being read counts too.
  let tokens = 0;
  const track = (promise) => {
    const token = ++tokens;
    hr.inflight.set(token, hr.now());
    const done = () => hr.inflight.delete(token);
    promise.then(done, done);
    return promise;
  };
  wrap(globalThis, "fetch", (original) => function (...args) { return track(original.apply(this, args)); });
  for (const name of ["json", "text", "blob", "arrayBuffer", "formData"]) {
    wrap(Response.prototype, name, (original) => function () { return track(original.call(this)); });
  }
  wrap(XMLHttpRequest.prototype, "send", (original) => function (body) {
    const token = ++tokens;
    hr.inflight.set(token, hr.now());
    this.addEventListener("loadend", () => hr.inflight.delete(token));
    return original.call(this, body);
  });

  // Timers: short ones are waited for. Long ones (autoplay, polling, "gone after five seconds") are held, so that
  // what a capture finds does not hang on how fast the machine is.
  const HOLD_MS = 2000, TICK_MS = 900, NEVER = 2147483647;
  wrap(globalThis, "setTimeout", (original) => function (handler, delay, ...args) {
    const wait = Number(delay) || 0;
    if (typeof handler !== "function") return original.call(globalThis, handler, delay, ...args);
    if (wait >= HOLD_MS) {
      hr.held++;
      const late = original.call(globalThis, () => {}, NEVER);
      hr.late.set(late, { wait, since: hr.now(), run: () => handler.apply(globalThis, args) });
      return late;
    }
    const id = original.call(globalThis, function () {
      hr.timers.delete(id);
      return handler.apply(this, args);
    }, delay);
    hr.timers.set(id, hr.now() + wait);
    return id;
  });
  for (const name of ["clearTimeout", "clearInterval"]) {
    wrap(globalThis, name, (original) => function (id) {
      hr.timers.delete(id);
      hr.late.delete(id);
      return original.call(globalThis, id);
    });
  }
  wrap(globalThis, "setInterval", (original) => function (handler, delay, ...args) {
    const wait = Number(delay) || 0;
    if (wait < TICK_MS || typeof handler !== "function") {
      const id = original.call(globalThis, handler, delay, ...args);
      hr.timers.set(id, Infinity); // an animation by ticks, until it is cleared
      return id;
    }
    hr.held++;
    let ticks = 0;
    const limit = wait < HOLD_MS ? 1 : 0;
    return original.call(globalThis, function () {
      if (ticks++ < limit) handler.apply(this, args);
    }, delay);
  });

  // The same page twice is the same page: ids and shuffles from Math.random repeat.
  let seed = 0x9e3779b9;
  Math.random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  // Mutations, in the document and in every open shadow root.
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (hr.noise) hr.noise.add(record.target);
      if (!hr.noisy.has(record.target)) hr.mutations++;
    }
  });
  const observe = (root) =>
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  observe(document);
  // A scroller that moves is not at rest; the window itself is put back after each act.
  document.addEventListener("scroll", (event) => { if (event.target !== document) hr.mutations++; }, { capture: true, passive: true, heatreel: true });
  wrap(Element.prototype, "attachShadow", (original) => function (init) {
    const root = original.call(this, init);
    if (init && init.mode === "closed") hr.closedRoots++;
    hr.shadows.push(root);
    observe(root);
    return root;
  });

  // Nothing that leaves, blocks or opens.
  const note = (what, detail) => { if (hr.notes.length < 200) hr.notes.push([what, String(detail || "").slice(0, 200)]); };
  hr.note = note;
  globalThis.alert = (text) => note("dialog", text);
  globalThis.confirm = (text) => { note("dialog", text); return false; };
  globalThis.prompt = (text) => { note("dialog", text); return null; };
  globalThis.print = () => note("print", "");
  globalThis.open = (url) => { note("window", url); return null; };
  globalThis.close = () => note("close", "");
  for (const name of ["submit", "requestSubmit"]) {
    wrap(HTMLFormElement.prototype, name, (original) => function (...args) {
      if (hr.guard) return note("form", this.action);
      return original.apply(this, args);
    });
  }
  addEventListener("submit", (event) => {
    if (!hr.guard) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    note("form", event.target && event.target.action);
  }, true);

  // A link that opens a window, unless the page has its own use for the click.
  addEventListener("click", (event) => {
    const link = !event.defaultPrevented && event.target instanceof Element && event.target.closest("a[target], area[target]");
    if (!link || /^_?(self|top|parent)?$/i.test(link.target) || frames[link.target]) return;
    event.preventDefault();
    note("window", link.href);
  });

  // Registered anew before each action, so that it runs after the page's own router.
  const stay = (event) => {
    if (!hr.guard || event.destination.sameDocument || event.__intercepted) return;
    note(event.downloadRequest !== null ? "download" : "navigation", event.destination.url);
    if (event.cancelable) event.preventDefault();
  };
  hr.standGuard = () => {
    hr.guard = true;
    if (!globalThis.navigation) return;
    hr.historyAt = navigation.currentEntry ? navigation.currentEntry.index : 0;
    navigation.removeEventListener("navigate", stay);
    navigation.addEventListener("navigate", stay);
  };
  if (globalThis.NavigateEvent) {
    wrap(NavigateEvent.prototype, "intercept", (original) => function (options) {
      this.__intercepted = true;
      return original.call(this, options);
    });
  }

  // A full-page picture sends the page through a window of 1x1 CSS px; its scripts need not know.
  addEventListener("resize", (event) => { if (hr.shooting) event.stopImmediatePropagation(); }, true);
})();
