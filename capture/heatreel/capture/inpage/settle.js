// Waiting, by events: a page is at rest when nothing is under way and two frames show the same layout.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.quiet) return;

  hr.frames = () => {
    const found = [];
    const visit = (doc) => {
      for (const frame of doc.querySelectorAll("iframe, frame")) {
        let inner = null;
        try { inner = frame.contentDocument; } catch { /* another origin */ }
        const other = inner && inner.defaultView && inner.defaultView.__heatreelCapture;
        if (other && other !== hr) { found.push(other); visit(inner); }
      }
    };
    visit(document);
    return found;
  };

  const documents = () => [hr, ...hr.frames()].flatMap((one) => [one.document, ...one.shadows]);

  // Ends what runs to an end, takes away what runs for ever.
  hr.finishAnimations = () => {
    let running = 0;
    for (const animation of documents().flatMap((root) => root.getAnimations())) {
      if (animation.playState !== "running" && animation.playState !== "paused") continue;
      const timing = animation.effect && animation.effect.getComputedTiming();
      if (!timing || (animation.timeline && animation.timeline.constructor.name !== "DocumentTimeline")) continue;
      try {
        if (timing.endTime === Infinity) animation.cancel();
        else if (animation.playState === "running") { animation.finish(); running++; }
      } catch { /* its element is gone */ }
    }
    return running;
  };

  // Films stand at their start, with their poster when they have one. Some pages start them again at once.
  const TRIES = 3;
  const stopFilm = (film) => {
    const tries = hr.films.get(film) || 0;
    if (tries >= TRIES || (film.paused && film.currentTime === 0 && !film.autoplay)) return;
    hr.films.set(film, tries + 1);
    const played = film.currentTime > 0 || !film.paused;
    film.autoplay = false;
    film.pause();
    if (film.srcObject || !played) return;
    if (film.poster) film.load();
    else film.currentTime = 0;
  };

  // True while a film is on its way back to its start.
  const stopMedia = () => {
    let seeking = false;
    for (const root of documents()) {
      for (const film of root.querySelectorAll("video, audio")) {
        stopFilm(film);
        seeking = seeking || film.seeking;
      }
    }
    return seeking;
  };

  const HANGS_MS = 2500;
  const pending = (one, now) => {
    let count = 0;
    for (const start of one.inflight.values()) if (now - start < HANGS_MS) count++;
    return count;
  };

  // What is still under way, "" when nothing is.
  hr.busy = (since, timerCap) => {
    if (document.readyState === "loading") return "document";
    if (hr.finishAnimations()) return "animation";
    const now = hr.now();
    if (stopMedia() && now - since < timerCap) return "film";
    for (const one of [hr, ...hr.frames()]) {
      if (pending(one, one.now())) return "request";
      if (now - since < timerCap && one.timers.size > one.idleTimers) return "timer";
    }
    return "";
  };

  const layout = () => {
    const root = document.documentElement;
    const body = document.body;
    return `${root.scrollWidth}x${root.scrollHeight}:${body ? body.getBoundingClientRect().height : 0}`;
  };

  const mutations = () => [hr, ...hr.frames()].reduce((sum, one) => sum + one.mutations, 0);

  // Resolves with the condition that ended the wait: "quiet", or what was still under way at the bound (ms).
  // `bound` is for requests; what moves for longer than `restless` moves for ever.
  hr.quiet = async (bound = 2500, timerCap = 1200, restless = bound) => {
    const start = hr.now();
    let equal = 0, before = "", reason = "", changes = mutations();
    while (hr.now() - start < (reason === "request" ? bound : restless)) {
      await hr.frame();
      reason = hr.busy(start, timerCap);
      const after = layout(), now = mutations();
      if (!reason && now !== changes) reason = "mutation";
      if (!reason && after !== before && !hr.layoutNoise) reason = "layout";
      changes = now;
      before = after;
      equal = reason ? 0 : equal + 1;
      if (equal >= 2) return "quiet";
    }
    return reason || "layout";
  };

  const within = (promise, ms) => Promise.race([promise, new Promise((done) => hr.native.setTimeout(done, ms))]);

  hr.loaded = async (bound) => {
    if (document.readyState !== "complete") {
      await within(new Promise((done) => addEventListener("load", () => hr.native.setTimeout(done, 0), { once: true })), bound);
    }
    return document.readyState === "complete";
  };

  const images = () => [...document.images].filter((image) => image.currentSrc || image.src);

  // Pictures that wait for the window to come near are fetched now, and all are decoded.
  hr.decodeImages = async (bound) => {
    for (const image of document.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
    for (const frame of document.querySelectorAll("iframe[loading=lazy]")) frame.loading = "eager";
    const late = images().filter((image) => !image.complete);
    await within(Promise.all(late.map((image) => image.decode().catch(() => {}))), bound);
    return images().filter((image) => !image.complete).length;
  };

  hr.missing = () => images()
    .filter((image) => image.complete && !image.naturalWidth)
    .map((image) => (image.currentSrc || image.src).slice(0, 300))
    .slice(0, 50);

  const zeroSize = () => images()
    .filter((image) => image.naturalWidth && image.checkVisibility() && !(image.offsetWidth && image.offsetHeight))
    .map((image) => image.currentSrc.slice(0, 300))
    .slice(0, 50);

  const tall = () => document.documentElement.scrollHeight;

  // A painted frame. Where the page has grown one more, so that its observers see their mark out of the window before
  // the next step brings it back: from in sight to in sight tells them nothing.
  const stepped = async (height) => {
    await hr.frame();
    if (tall() !== height) await hr.frame();
  };

  // Scrolls every screenful past, for content that waits to be near. An endless page is followed for `more` screens.
  hr.sweep = async (more, limit) => {
    const first = tall(), most = Math.min(first + more * innerHeight, limit);
    const end = () => Math.min(tall(), most);
    for (let y = 0; y + innerHeight < end(); ) {
      const before = tall();
      y += Math.round(innerHeight * 0.8);
      scrollTo({ top: y, behavior: "instant" });
      await stepped(before);
      if (y + innerHeight >= end()) await hr.quiet(1500, 600);
    }
    hr.endless = tall() > first && tall() >= most;
    for (const inner of innerScrollers()) await sweepInside(inner);
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    await hr.frame();
    return tall() - first;
  };

  // Scrolls to the end of the page, or of an inner scroller, as far as it reaches now, and waits for what comes.
  hr.scrollOn = async (selector) => {
    const inner = selector && selector !== "html" ? hr.resolve(selector) : null;
    const element = inner || document.documentElement;
    hr.markIdle();
    // In two steps: who observes the end must see it come.
    for (const share of [0.5, 1]) {
      (inner || globalThis).scrollTo({ top: element.scrollHeight * share, behavior: "instant" });
      await hr.frame();
      await hr.frame();
    }
    await hr.quiet(2500, 1200);
    return true;
  };

  const INNER = 6, INNER_STEPS = 20;
  const innerScrollers = () => [...document.body.querySelectorAll("*")].filter((element) =>
    element.clientHeight > 100 && element.scrollHeight > element.clientHeight * 1.2
      && /auto|scroll/.test(getComputedStyle(element).overflowY)).slice(0, INNER);

  const sweepInside = async (element) => {
    const { scrollTop, scrollLeft } = element;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    for (let step = 0; step < INNER_STEPS && element.scrollTop + element.clientHeight < element.scrollHeight - 1; step++) {
      element.scrollBy({ top: Math.round(element.clientHeight * 0.8), behavior: "instant" });
      await hr.frame();
    }
    await hr.quiet(800, 300);
    element.scrollTo({ top: scrollTop, left: scrollLeft, behavior: "instant" });
  };

  const LAZY = "img[data-src], img[data-lazy], img[data-srcset], [data-bg], [data-background]";
  const ROUNDS = 3;

  // How much what is shown moved by itself so far: the worst burst of layout shifts, as web.dev/cls adds them up, and
  // what moved most in it. Shifts while scrolling past are none of a visitor's.
  const GAP_MS = 1000, BURST_MS = 5000;
  const area = ({ currentRect: { width, height } }) => width * height;
  const shifted = () => {
    let score = 0, node = null, burst = 0, first = 0, last = -Infinity;
    try {
      const observer = new PerformanceObserver(() => {});
      observer.observe({ type: "layout-shift", buffered: true });
      for (const { value, hadRecentInput, startTime, sources } of observer.takeRecords()) {
        if (hadRecentInput) continue;
        if (startTime - last > GAP_MS || startTime - first > BURST_MS) [burst, first] = [0, startTime];
        burst += value;
        last = startTime;
        if (burst <= score) continue;
        score = burst;
        node = sources.reduce((most, one) => (!most || area(one) > area(most) ? one : most), null)?.node || node;
      }
      observer.disconnect();
    } catch { /* the page has put something else in its place */ }
    const moved = node && node.isConnected && hr.selectorOf(node.nodeType === 1 ? node : node.parentElement);
    return { score: Math.round(score * 1e4) / 1e4, ...(moved && { selector: moved }) };
  };

  // Brings in what waits to be near, until the height is stable. Resolves with the condition that ended the last wait.
  const bringIn = async (left, more, limit, record) => {
    const look = () => `${layout()} ${mutations()}`;
    let ended = await hr.quiet(Math.min(left(), 4000));
    record.shift = shifted();
    for (let round = 0; round < ROUNDS; round++) {
      const before = look();
      if (hr.scrollAware || document.querySelector(LAZY)) record.grew += await hr.sweep(more, limit);
      const swept = layout();
      record.undecoded = await hr.decodeImages(Math.min(left(), 3000));
      await within(document.fonts.ready, Math.min(left(), 1000));
      if (scrollX || scrollY) scrollTo({ top: 0, left: 0, behavior: "instant" });
      if (look() === before) break;
      ended = await hr.quiet(Math.min(left(), 2500));
      if (layout() === swept || record.grew) break;
    }
    return ended;
  };

  // The whole wait after a load. Resolves with a record of what ended it and what was missing.
  hr.settle = async ({ bound, more, limit, noise }) => {
    const start = hr.now();
    const left = () => Math.max(300, bound - (hr.now() - start));
    const complete = await hr.loaded(Math.min(left(), 8000));
    if (noise) hr.expectNoise(noise);
    await within(document.fonts.ready, Math.min(left(), 3000));
    const record = { undecoded: 0, grew: 0 };
    const ended = await bringIn(left, more, limit, record);
    for (const one of [hr, ...hr.frames()]) one.idleTimers = one.timers.size;
    const small = zeroSize();
    return JSON.stringify({
      ended: complete ? ended : "load", ms: Math.round(hr.now() - start), missing: hr.missing(),
      undecoded: record.undecoded, grew: record.grew, ...(hr.endless && { endless: true }), held_timers: hr.held, closed_shadow_roots: hr.closedRoots,
      fonts: document.fonts.status, layout_shift: record.shift, ...(small.length && { zero_size: small }),
    });
  };

  // Nodes that change while nobody acts are noise: later waits do not wait for them.
  hr.listenToNoise = async (ms) => {
    const all = [hr, ...hr.frames()];
    for (const one of all) one.noise = new Set();
    const still = layout();
    await new Promise((done) => hr.native.setTimeout(done, ms));
    await hr.frame();
    hr.layoutNoise = layout() !== still;
    const selectors = [];
    for (const one of all) {
      for (const node of one.noise) {
        one.noisy.add(node);
        if (one === hr && node.isConnected) selectors.push(hr.selectorOf(node.nodeType === 1 ? node : node.parentElement));
      }
      one.noise = null;
    }
    return { nodes: [...new Set(selectors)].filter(Boolean).slice(0, 100), layout: hr.layoutNoise };
  };

  // The noise of an earlier load of the page.
  hr.expectNoise = ({ nodes, layout: moves }) => {
    hr.layoutNoise = moves;
    for (const selector of nodes) {
      const node = hr.resolve(selector);
      if (!node) continue;
      hr.noisy.add(node);
      for (const child of node.childNodes) hr.noisy.add(child);
    }
  };
})();
