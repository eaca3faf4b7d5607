// Entry of every page: htmx, keyboard, side panel, menus.
import htmx from "htmx.org/dist/htmx.esm.js";
import { startHotkeys } from "./hotkeys.js";
import { startPanel } from "./panel.js";
import { startMenus } from "./menus.js";
import { startPasskeys } from "./passkey.js";
import { startSums } from "./sums.js";
import { startBoard } from "./board.js";
import { startOffline } from "./offline/start.js";

window.htmx = htmx;
document.documentElement.dataset.ready = "yes";
startMenus();
startPanel(htmx);
startHotkeys();
startPasskeys();
startSums();
startBoard();
startOffline();
