/** One session, played on the snapshots it happened on: timeline, speeds, pauses skipped, clicks to jump to. */
import { link } from "./address.js";
import type { SessionDocument, Step } from "./api.js";
import { count, fill, h } from "./dom.js";
import { layered } from "./layered.js";
import { message } from "./message.js";
import { advance, clicksOf, momentAt } from "./playback.js";
import type { Context, Shown } from "./screen.js";
import { seconds } from "./tip.js";

const SPEEDS = [0.5, 1, 2, 4, 8];
/** Steps that are listed are those a person did on purpose. */
const LISTED = /^(click|tap|view|double|drag|focus|input|submit|error|navigate)$/;

export async function showSession(context: Context): Promise<Shown> {
  const id = context.address.words.get("id") ?? "";
  if (!id) return { title: "Session", root: message("Which session?", "Choose one from the list of sessions.") };
  const doc = await context.source.live!.session(context.choice, id);
  const player = new Player(doc);
  const leave = (): void => {
    player.stop();
    document.removeEventListener("keydown", player.key);
  };
  const tabs = doc.film ? filmTabs(doc, player) : null;
  const about = doc.session;
  const facts = [
    about.started.slice(0, 16).replace("T", " "), seconds(doc.ms), about.viewport, about.touch ? "touch" : "", about.country,
    about.language, about.variant && `variant ${about.variant}`, ...doc.goals.map((goal) => `goal ${goal}`),
  ].filter(Boolean);
  const root = h(
    "main",
    { className: "front wide session", id: "main", tabIndex: -1 },
    h("p", {}, h("a", { href: link("sessions", context.choice) }, "← Sessions")),
    h("header", { className: "screen-head" }, h("h1", {}, `Session ${about.session.slice(0, 12)}`), h("span", { className: "soft" }, facts.join(" · ")), tabs),
    h("div", { className: "watch" }, player.root, player.list(context)),
  );
  const at = Number(context.address.words.get("at") ?? 0);
  player.seek(at > 0 ? at : 0);
  document.addEventListener("keydown", player.key);
  return { title: `Session ${about.session.slice(0, 8)}`, root, leave };
}

class Player {
  readonly root: HTMLElement;
  private readonly window = h("div", { className: "session-window" });
  private readonly page = h("div", { className: "session-page" });
  private readonly pointer = h("div", { className: "session-pointer", hidden: true, "aria-hidden": "true" });
  private readonly where = h("p", { className: "session-where", role: "status" });
  private readonly clock = h("output", { className: "clock" });
  private readonly line: HTMLInputElement;
  private readonly button: HTMLButtonElement;
  private readonly skip: HTMLInputElement;
  private rows: [Step, HTMLElement][] = [];
  private ms = 0;
  private speed = 1;
  private snapshot = -1;
  private step = -2;
  private frame = 0;
  private before = 0;
  readonly stageBox: HTMLElement;

  constructor(private readonly doc: SessionDocument) {
    this.line = h("input", {
      type: "range", min: "0", max: String(Math.max(doc.ms, 1)), step: "any", "aria-label": "Time in the session",
      on: { input: () => this.seek(Number(this.line.value)) },
    });
    this.button = h("button", { type: "button", className: "primary play", on: { click: () => this.toggle() } }, "Play");
    this.skip = h("input", { type: "checkbox", checked: true, id: "skip-idle" });
    const marks = h("div", { className: "time-marks", "aria-hidden": "true" }, ...clicksOf(doc).map((one) => this.mark(one)));
    const speeds = SPEEDS.map((speed) =>
      h("button", { type: "button", "aria-pressed": String(speed === 1), on: { click: () => this.setSpeed(speed, speeds) } }, `${speed}×`),
    );
    const jump = (by: number, words: string): HTMLElement =>
      h("button", { type: "button", className: "plain", on: { click: () => this.jump(by) } }, words);
    this.window.append(this.page, this.pointer);
    this.stageBox = h("div", { className: "session-stage" }, this.window);
    this.root = h(
      "section",
      { className: "player", "aria-label": "Player" },
      this.where,
      this.stageBox,
      h("div", { className: "time" }, marks, this.line),
      h("div", { className: "controls" }, this.button, this.clock, jump(-1, "‹ click"), jump(1, "click ›"),
        h("div", { className: "segments", role: "group", "aria-label": "Speed" }, ...speeds),
        h("label", { className: "check" }, this.skip, " skip pauses")),
    );
    new ResizeObserver(() => this.draw(true)).observe(this.stageBox);
  }

  /** What was done, in order; each line jumps there. */
  list(context: Context): HTMLElement {
    this.rows = this.doc.steps.filter((step) => LISTED.test(step.type) || step.reason).map((step) => [step, stepRow(step, () => this.seek(step.ms))]);
    const { page } = this.doc.steps[0] ?? {};
    return h(
      "section",
      { className: "steps", "aria-label": "What happened" },
      h("h2", {}, "What happened ", h("small", {}, count(this.rows.length))),
      h("ol", {}, ...this.rows.map(([, row]) => h("li", {}, row))),
      page ? h("p", {}, h("a", { href: link("map", context.choice, { page }) }, `Map of ${page}`)) : null,
    );
  }

  seek(ms: number): void {
    this.ms = Math.min(Math.max(ms, 0), this.doc.ms);
    this.draw();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.button.textContent = "Play";
  }

  private toggle(): void {
    if (this.frame) return this.stop();
    if (this.ms >= this.doc.ms) this.ms = 0;
    this.button.textContent = "Pause";
    this.before = performance.now();
    const go = (now: number): void => {
      this.ms = advance(this.doc, this.ms, now - this.before, this.speed, this.skip.checked);
      this.before = now;
      this.draw();
      if (this.ms >= this.doc.ms) return this.stop();
      this.frame = requestAnimationFrame(go);
    };
    this.frame = requestAnimationFrame(go);
  }

  private jump(by: number): void {
    const clicks = clicksOf(this.doc);
    const next = by > 0 ? clicks.find((one) => one.ms > this.ms + 1) : clicks.filter((one) => one.ms < this.ms - 1).pop();
    if (next) this.seek(next.ms);
  }

  private setSpeed(speed: number, buttons: HTMLElement[]): void {
    this.speed = speed;
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(SPEEDS[index] === speed)));
  }

  /** Keys of the screen, wherever the focus is, but for fields. */
  readonly key = (event: KeyboardEvent): void => {
    if (this.root.hidden || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if ((event.target as Element).closest("input:not([type=range], [type=checkbox]), select, textarea")) return;
    if ((event.target as Element).closest("button, summary, input[type=checkbox]") && event.key === " ") return;
    const run = { " ": () => this.toggle(), n: () => this.jump(1), p: () => this.jump(-1) }[event.key];
    if (!run) return;
    run();
    event.preventDefault();
  };

  private mark(step: Step): HTMLElement {
    const mark = h("span", { className: step.signals.find((one) => /dead|rage|error/.test(one)) ?? "" });
    mark.style.left = `${(100 * step.ms) / Math.max(this.doc.ms, 1)}%`;
    return mark;
  }

  private draw(resized = false): void {
    const moment = momentAt(this.doc, this.ms);
    const scene = this.doc.snapshots[moment.snapshot];
    this.line.value = String(this.ms);
    this.line.setAttribute("aria-valuetext", seconds(this.ms));
    this.clock.textContent = `${clock(this.ms)} / ${clock(this.doc.ms)}`;
    if (!scene) {
      this.where.textContent = "Nothing of this session could be placed on a snapshot.";
      return;
    }
    const { viewport } = scene;
    const scale = Math.min(1, this.stageBox.clientWidth / viewport.width, Math.max(innerHeight - 360, 320) / viewport.height);
    if (moment.snapshot !== this.snapshot || resized) {
      this.snapshot = moment.snapshot;
      this.window.style.width = `${viewport.width * scale}px`;
      this.window.style.height = `${viewport.height * scale}px`;
      this.page.style.width = `${scene.width * scale}px`;
      fill(this.page, layered(scene.picture, scene, null));
      this.where.textContent = `${scene.page} · ${viewport.name} · ${scene.label}`;
    }
    this.page.style.transform = `translateY(${-moment.top * scale}px)`;
    this.pointer.hidden = !moment.pointer;
    if (moment.pointer) {
      this.pointer.style.transform = `translate(${moment.pointer[0] * scale}px, ${(moment.pointer[1] - moment.top) * scale}px)`;
    }
    if (moment.step !== this.step) this.happened(moment.step);
  }

  private happened(step: number): void {
    this.step = step;
    const now = this.doc.steps[step];
    const pressed = now && (now.type === "click" || now.type === "tap");
    this.pointer.classList.toggle("pressed", Boolean(pressed));
    const last = this.rows.filter(([one]) => one.ms <= this.ms).pop();
    for (const row of this.rows) {
      if (row === last) row[1].setAttribute("aria-current", "step");
      else row[1].removeAttribute("aria-current");
    }
  }
}

function clock(ms: number): string {
  const all = Math.floor(ms / 1000);
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
}

function stepRow(step: Step, go: () => void): HTMLElement {
  const wrong = step.signals.filter((one) => /dead|rage|error/.test(one));
  const words = step.type === "view" ? step.page : step.name || step.selector || step.page;
  return h(
    "button",
    { type: "button", on: { click: go } },
    h("span", { className: "at" }, clock(step.ms)),
    h("span", { className: "did" }, step.type),
    h("span", { className: "name" }, words),
    ...wrong.map((one) => h("span", { className: `chip ${one}` }, one)),
    step.reason ? h("span", { className: "chip" }, `not placed: ${step.reason.replace(/_/g, " ")}`) : null,
  );
}

/** The film shows the page's own DOM as it was recorded, in a document of its own. */
function filmTabs(doc: SessionDocument, player: Player): HTMLElement {
  const frame = h("iframe", { className: "film", title: "Film of the session" });
  frame.src = `/player#session=${encodeURIComponent(doc.session.session)}`;
  const show = (film: boolean): void => {
    player.stop();
    if (film) player.root.after(frame);
    else frame.remove();
    player.root.hidden = film;
    [snapshots, recorded].forEach((button, index) => button.setAttribute("aria-pressed", String(film === (index === 1))));
  };
  const snapshots = h("button", { type: "button", "aria-pressed": "true", on: { click: () => show(false) } }, "On snapshots");
  const recorded = h("button", { type: "button", "aria-pressed": "false", "data-film": "", on: { click: () => show(true) } }, "Film");
  return h("div", { className: "segments", role: "group", "aria-label": "How to watch" }, snapshots, recorded);
}
