/** One page of the site in all its viewports and states: states, canvas, numbers. */
import { format, link } from "./address.js";
import type { ElementNumbers } from "./api.js";
import { canvas } from "./canvas.js";
import { fill, h } from "./dom.js";
import { type Pointing, elements } from "./elements.js";
import { exportMenu, printed } from "./exporting.js";
import { listenForKeys, showKeys } from "./keys.js";
import { legend } from "./legend.js";
import { message } from "./message.js";
import type { Context, Shown } from "./screen.js";
import { states } from "./states.js";
import { Store, detailOf } from "./store.js";
import { toolbar } from "./toolbar.js";
import { fromWords, toWords } from "./view.js";
import { widthStage } from "./width/stage.js";

export async function showMap(context: Context): Promise<Shown> {
  const { source, workspace, choice } = context;
  const page = context.address.words.get("page") || (await source.pages(choice)).pages[0]?.page;
  if (!page) return { title: "Map", root: message("There are no pages yet.", "Capture them with: heatreel capture URL") };
  const [doc, all] = await Promise.all([source.page(choice, page), source.pages(choice)]);
  if (!doc.places.length) return { title: page, root: message(`${page} was not captured.`, "Capture it with: heatreel capture URL") };
  const view = fromWords(doc, context.address.words, workspace.kinds);
  const detail = await detailOf(source, choice, doc, view);
  const selector = context.address.words.get("selector");
  if (selector) view.pinned = detail.elements.find((one) => one.selector === selector)?.i ?? -1;
  const store = new Store(source, workspace, choice, { doc, detail, view });

  const stage = canvas(store);
  const wide = widthStage(store);
  const pointing: Pointing = {
    reveal: (element: ElementNumbers) => (store.view.width ? wide : stage).reveal(element),
    hover: (element: ElementNumbers | null) => (store.view.width ? wide : stage).hover(element),
  };
  const onPaper = h("div", { className: "printed" });
  const trouble = h("p", { className: "trouble", role: "alert", hidden: true });
  const middle = h("main", { className: "middle", id: "main", tabIndex: -1 }, trouble, stage.root, wide.root);
  const root = h(
    "div",
    { className: "map" },
    h("section", { className: "crumbs", "aria-label": "Page" }, h("h1", { className: "sr" }, `${doc.page}: ${doc.title}`), pageChooser(context, all.pages.map((one) => [one.page, one.title]), page), context.filter, ...extras(store)),
    toolbar(store),
    h("div", { className: "work" }, states(store), middle, h("aside", { className: "side", "aria-label": "Numbers" }, legend(store), elements(store, pointing))),
    onPaper,
  );
  store.onBusy = (busy) => middle.toggleAttribute("aria-busy", busy);
  store.onError = (error) => {
    trouble.hidden = false;
    trouble.textContent = error instanceof Error ? error.message : String(error);
  };
  const unlisten = listenForKeys(store, (index) => {
    const element = store.elements.find((one) => one.i === index);
    if (element) pointing.reveal(element);
  });
  const beforePrint = (): void => fill(onPaper, printed(store));
  addEventListener("beforeprint", beforePrint);
  let current = context;
  store.listen((now, before) => {
    trouble.hidden = true;
    const { viewport, variant } = store.place;
    context.foot.here(`${doc.page}, ${viewport.name}${variant ? `, ${variant}` : ""}`, store.place.ledger);
    if (before) current.go(link("map", store.choice, toWords(now.doc, now.view)), true);
  });
  return {
    title: doc.page,
    root,
    take(next) {
      if ((next.address.words.get("page") || page) !== page || next.choice.label !== choice.label) return false;
      current = next;
      void take(store, next, page);
      return true;
    },
    leave() {
      unlisten();
      removeEventListener("beforeprint", beforePrint);
      context.foot.here("", null);
    },
  };
}

/** Another segment of the same page, or a link to another view of it. */
async function take(store: Store, next: Context, page: string): Promise<void> {
  const same = JSON.stringify(next.choice) === JSON.stringify(store.choice) && next.workspace.data === store.doc.data;
  try {
    store.onBusy(true);
    const doc = same ? store.doc : await next.source.page(next.choice, page);
    await store.show(next.choice, doc, fromWords(doc, next.address.words, next.workspace.kinds));
  } catch (error) {
    store.onError(error);
  } finally {
    store.onBusy(false);
  }
}

function pageChooser(context: Context, pages: [string, string][], page: string): HTMLElement {
  const list = h(
    "select",
    { id: "pages", "aria-label": "Page" },
    ...pages.map(([name, title]) => h("option", { value: name, selected: name === page }, title ? `${name} · ${title}` : name)),
  );
  list.addEventListener("change", () => {
    const words = new URLSearchParams(context.address.words);
    for (const gone of ["state", "element", "page"]) words.delete(gone);
    words.set("page", list.value);
    context.go(format("map", words));
  });
  return list;
}

function extras(store: Store): HTMLElement[] {
  const keys = h("button", { type: "button", className: "quiet", title: "Keys", "aria-label": "Keys", id: "keys", on: { click: () => showKeys(store) } }, "?");
  const compare = store.source.live
    ? h("a", { className: "plain", href: "#/compare" }, "Compare")
    : null;
  if (compare) {
    store.listen(({ doc, view }) => (compare.href = link("compare", store.choice, toWords(doc, { ...view, pinned: -1, width: 0 }))));
  }
  return [...(compare ? [compare] : []), exportMenu(store), keys];
}
