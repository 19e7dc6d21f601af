import "./viewer.css";
import { type PageDocument, readDocument } from "./data.js";
import { showIndex } from "./index.js";
import { showPage } from "./page.js";
import { themeButton } from "./theme.js";
import { showVerify } from "./verify.js";

const doc = readDocument<PageDocument>();
document.querySelector("#theme")?.replaceWith(themeButton());
const root = document.querySelector<HTMLElement>("#viewer");
const verify = document.querySelector<HTMLElement>("#verify");
if (verify) showVerify(verify);
else if (doc && root) showPage(doc, root);
else if (doc) showIndex(doc);
