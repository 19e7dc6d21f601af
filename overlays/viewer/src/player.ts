/** The film of a session: its DOM as it was recorded, replayed by rrweb in a frame without scripts. */
import { Replayer } from "@rrweb/replay";
import "@rrweb/replay/dist/style.css";
import type { FilmDocument } from "./api.js";
import { h } from "./dom.js";
import { seconds } from "./tip.js";

const SPEEDS = [1, 2, 4, 8];
const INCREMENTAL = 3;
const MOUSE = 2;
const CLICK = 2;
const TOUCHED = 9;

/** Plays the events of a film below `root`. */
function playFilm(root: HTMLElement, film: FilmDocument): void {
  if (film.events.length < 2) return void root.append(h("p", { className: "nothing" }, "Nothing was recorded in this film."));
  const box = h("div", { className: "film-box" });
  const line = h("input", { type: "range", min: "0", step: "any", "aria-label": "Time in the film" });
  const play = h("button", { type: "button", className: "primary play" }, "Play");
  const skip = h("input", { type: "checkbox", checked: true });
  const clock = h("output", { className: "clock" });
  const speeds = SPEEDS.map((speed) => h("button", { type: "button", "aria-pressed": String(speed === 1) }, `${speed}×`));
  const next = h("button", { type: "button", className: "plain" }, "click ›");
  root.append(
    box,
    h("div", { className: "time" }, line),
    h("div", { className: "controls" }, play, clock, next, h("div", { className: "segments", role: "group", "aria-label": "Speed" }, ...speeds), h("label", { className: "check" }, skip, " skip pauses")),
  );
  const replayer = new Replayer(film.events as never[], {
    root: box, skipInactive: true, showWarning: false, mouseTail: { strokeStyle: "#e05cff" }, UNSAFE_replayCanvas: false,
  });
  const { totalTime, startTime } = replayer.getMetaData();
  const clicks = film.events.filter(isClick).map((event) => event.timestamp - startTime);
  let playing = false;
  line.max = String(totalTime);
  const fit = (): void => {
    const frame = replayer.iframe;
    const scale = Math.min(1, box.clientWidth / (frame.offsetWidth || 1), (innerHeight - 120) / (frame.offsetHeight || 1));
    replayer.wrapper.style.transform = `scale(${scale})`;
    box.style.height = `${frame.offsetHeight * scale}px`;
  };
  const tell = (): void => {
    const now = Math.max(replayer.getCurrentTime(), 0);
    line.value = String(now);
    clock.textContent = `${seconds(now)} / ${seconds(totalTime)}`;
    if (playing) requestAnimationFrame(tell);
  };
  const go = (ms: number, on: boolean): void => {
    playing = on;
    if (on) replayer.play(ms);
    else replayer.pause(ms);
    play.textContent = on ? "Pause" : "Play";
    requestAnimationFrame(tell);
  };
  play.addEventListener("click", () => go(playing ? replayer.getCurrentTime() : Number(line.value) >= totalTime ? 0 : Number(line.value), !playing));
  line.addEventListener("input", () => go(Number(line.value), playing));
  next.addEventListener("click", () => go(clicks.find((ms) => ms > Number(line.value) + 50) ?? 0, playing));
  skip.addEventListener("change", () => replayer.setConfig({ skipInactive: skip.checked }));
  speeds.forEach((button, index) =>
    button.addEventListener("click", () => {
      replayer.setConfig({ speed: SPEEDS[index]! });
      speeds.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    }),
  );
  replayer.on("resize", fit);
  replayer.on("finish", () => go(totalTime, false));
  addEventListener("resize", fit);
  go(0, false);
  fit();
}

function isClick(event: FilmDocument["events"][number]): boolean {
  const data = event.data as { source?: number; type?: number };
  return event.type === INCREMENTAL && data.source === MOUSE && (data.type === CLICK || data.type === TOUCHED);
}

Object.assign(globalThis, { heatreelPlayFilm: playFilm });
