// What the outermost element of something that came or went is, in words for Python.
(() => {
  const hr = globalThis.__heatreelCapture;
  if (hr.describe) return;
  hr.CAROUSEL = "[aria-roledescription=carousel],[class*=carousel],[class*=slider],[class*=swiper],[class*=slick],[class*=splide],[class*=glide],[class*=slideshow],[class*=owl-],[class*=flickity],[class*=orbit]";

  const nearest = (element, css) => {
    for (let at = element; at; at = hr.up(at)) if (at.matches && at.matches(css)) return at;
    return null;
  };
  hr.nearest = nearest;

  // The whole carousel around an element: parts of it bear its name in their classes, too.
  const carouselOf = (element) => {
    let found = null;
    for (let at = element, n = 0; at && n < 10; at = hr.up(at), n++) {
      if (at.matches(hr.CAROUSEL) && at.getBoundingClientRect().height < 1.5 * innerHeight) found = at;
    }
    return found;
  };

  // What was taken out of the page has no style any more: `was` knows what was fixed.
  const overlayOf = (element, against, was) => {
    for (let at = element; at && at !== document.body && !against.shown.has(at); at = hr.up(at)) {
      const position = at.isConnected ? getComputedStyle(at).position : was && was.fixed.has(at) ? "fixed" : "";
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

  // How many days of a month it shows.
  const daysIn = (element) => [...element.querySelectorAll("td,[role=gridcell],button,span,a")]
    .filter((one) => !one.firstElementChild && /^([1-9]|[12]\d|3[01])$/.test(hr.fold(one.textContent || ""))).length;
  const lineOf = (element) => ((element.innerText || "").split("\n").map(hr.fold).find(Boolean) || "").slice(0, 60);

  // The first that fits in an element, in the shadow roots of the components in it, too.
  const COMPONENTS = 50;
  const within = (element, css) => {
    const hosts = [element, ...element.querySelectorAll("*")].filter((one) => one.shadowRoot).slice(0, COMPONENTS);
    return element.querySelector(css) || hosts.map((host) => host.shadowRoot.querySelector(css)).find((one) => one && one.checkVisibility()) || null;
  };

  hr.describe = (element, against, leaves, gone, trigger, was) => {
    const role = nearest(element, "[role],dialog,[popover]");
    const around = nearest(element, "dialog,[role=dialog],[role=alertdialog],[aria-modal=true],.modal")
      || within(element, "dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]");
    const dialog = around && !against.shown.has(around) ? around : null;
    const heading = element.querySelector("h1,h2,h3,h4,h5,h6,[role=heading],[class*=title]");
    return {
      selector: element.isConnected ? hr.selectorOf(element) : "", text: hr.fold(element.innerText || element.textContent || "").slice(0, 120),
      tag: element.tagName.toLowerCase(), role: role ? role.getAttribute("role") || role.tagName.toLowerCase() : "",
      heading: heading ? hr.fold(heading.textContent || "").slice(0, 80) : "", dialog: dialog ? titleOf(dialog) : "", is_dialog: !!dialog, overlay: overlayOf(element, against, was),
      links: element.querySelectorAll("a[href],[role^=menuitem],[role=option]").length, slide: slideOf(element),
      classes: (element.getAttribute("class") || "").slice(0, 120), id: element.id || "",
      carousel: carouselOf(element) ? hr.selectorOf(carouselOf(element)) : "",
      ...(gone ? union(element, leaves) : boxOf(element)), content: union(element, leaves),
      label: labelOf(element), line: lineOf(element), days: daysIn(element), held: !!trigger && (hr.holds(element, trigger) || !trigger.isConnected),
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
})();
