/** Findings with their evidence, and a ticket for each. */
import { format, link } from "./address.js";
import type { Finding } from "./api.js";
import { copyButton } from "./copy.js";
import { count, h, percent } from "./dom.js";
import { save } from "./download.js";
import type { Context, Shown } from "./screen.js";
import { choose } from "./sessions.js";

export async function showFindings(context: Context): Promise<Shown> {
  const { source, choice, address } = context;
  const doc = await source.findings(choice);
  const { words } = address;
  const keys = ["severity", "rule", "page"] as const;
  const fitting = doc.findings.filter((one) => keys.every((key) => !words.get(key) || one[key] === words.get(key)));
  const pick = (key: (typeof keys)[number], any: string): HTMLElement => {
    const values = [...new Set(doc.findings.map((one) => one[key]))].sort();
    return choose(any, [["", any], ...values.map((one): [string, string] => [one, one.replace(/[_-]/g, " ")])], words.get(key) ?? "", (value) => {
      const query = new URLSearchParams(words);
      if (value) query.set(key, value);
      else query.delete(key);
      context.go(format("findings", query));
    });
  };
  const root = h(
    "main",
    { className: "front findings", id: "main", tabIndex: -1 },
    h("header", { className: "screen-head" }, h("h1", {}, "Findings"), h("span", { className: "soft", role: "status" }, `${count(fitting.length)}${fitting.length === doc.total ? "" : ` of ${count(doc.total)}`}`)),
    h("div", { className: "list-tools" }, pick("severity", "any severity"), pick("rule", "any rule"), pick("page", "any page"),
      h("button", { type: "button", className: "plain", on: { click: () => save("findings.json", "application/json", JSON.stringify(fitting, null, 1)) } }, "JSON"),
      h("button", { type: "button", className: "plain", on: { click: () => save("findings.csv", "text/csv", asCsv(fitting)) } }, "CSV")),
    fitting.length ? h("ol", { id: "findings" }, ...fitting.map((one) => card(context, one))) : h("p", { className: "nothing" }, doc.total ? "No finding fits." : "There are no findings."),
    h("section", { className: "sources" }, ...doc.sources.map((one) => h("div", { className: "copy-line" }, h("span", { className: "soft" }, `${one.source}: ${one.about}`), one.made ? null : h("code", {}, one.command), one.made ? null : copyButton(one.command)))),
  );
  return { title: "Findings", root };
}

function card(context: Context, one: Finding): HTMLElement {
  const place = [one.page, one.viewport, one.variant, one.state === "default" ? "" : one.state].filter(Boolean).join(" · ");
  const there = link("map", { ...context.choice, label: one.capture || context.choice.label }, {
    page: one.page, viewport: one.viewport, variant: one.variant, state: one.state, selector: one.selector,
  });
  const sessions = one.sessions && context.source.live ? `#/sessions?${one.sessions}` : "";
  return h(
    "li",
    { className: "card finding", "data-severity": one.severity, id: `finding-${one.id}` },
    one.crop ? h("a", { className: "crop", href: there, tabIndex: -1, "aria-hidden": "true" }, h("img", { src: one.crop, alt: "", loading: "lazy", decoding: "async" })) : null,
    h(
      "div",
      { className: "finding-words" },
      h("p", { className: "rule" }, h("span", { className: `severity ${one.severity}` }, one.severity), ` ${one.rule.replace(/[_-]/g, " ")}`, one.confidence === null ? "" : ` · ${percent(one.confidence)} sure`),
      h("h2", {}, one.title),
      h("p", {}, one.detail),
      h("dl", { className: "numbers" }, ...one.numbers.map(([words, value]) => h("div", {}, h("dt", {}, words), h("dd", {}, value)))),
      h("p", { className: "soft" }, place, one.selector ? h("code", {}, ` ${one.selector}`) : null),
      h("p", { className: "actions" }, one.page ? h("a", { className: "plain", href: there }, "Show the place") : null, sessions ? h("a", { className: "plain", href: sessions }, "Sessions") : null, copyButton(one.ticket, "Copy ticket")),
    ),
  );
}

function asCsv(findings: Finding[]): string {
  const keys = ["severity", "rule", "title", "detail", "page", "viewport", "variant", "state", "selector"] as const;
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
  return [keys.join(","), ...findings.map((one) => keys.map((key) => cell(one[key])).join(","))].join("\r\n") + "\r\n";
}
