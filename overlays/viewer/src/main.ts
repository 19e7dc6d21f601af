import "./viewer.css";
import "./width.css";
import "./screens.css";
import { startApp } from "./app.js";
import { showFilm } from "./film.js";
import { type Front, fileSource } from "./files.js";
import { serverSource } from "./server.js";
import { themeButton } from "./theme.js";
import { showVerify } from "./verify.js";

/** The front of a report is in its page; the server's page holds nothing. */
function front(): Front | null {
  const text = document.getElementById("document")?.textContent;
  return text ? (JSON.parse(text) as Front) : null;
}

const verify = document.querySelector<HTMLElement>("#verify");
const app = document.querySelector<HTMLElement>("#app");
if (verify) {
  document.querySelector("#theme")?.replaceWith(themeButton());
  showVerify(verify);
} else if (app) {
  const found = front();
  if (location.pathname === "/player") void showFilm(app, serverSource());
  else void startApp(app, found ? fileSource(found) : serverSource());
}
