/** Routes by the history API: a link within the site changes the page without a new document. */

let routes = [];
let outlet;

function render() {
  for (const { pattern, page } of routes) {
    const found = location.pathname.match(pattern);
    if (!found) continue;
    const view = page(found.groups ?? {});
    document.title = `${view.title} · Tarnway`;
    document.body.className = `page-${view.name}`;
    outlet.innerHTML = view.html;
    view.mount?.(outlet);
    document.dispatchEvent(new CustomEvent("tarnway:page", { detail: view.name }));
    return;
  }
}

export function go(path) {
  history.pushState(null, "", path);
  render();
  const part = location.hash && document.getElementById(location.hash.slice(1));
  if (part) part.scrollIntoView();
  else scrollTo(0, 0);
}

function follow(event) {
  const link = event.target.closest?.("a[href^='/']");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

/** Starts routing; `table` is a list of `[pattern, page]` in the order in which they are tried. */
export function startRouter(table, element) {
  routes = table.map(([pattern, page]) => ({ pattern, page }));
  outlet = element;
  history.scrollRestoration = "manual";
  document.addEventListener("click", follow);
  addEventListener("popstate", render);
  render();
}
