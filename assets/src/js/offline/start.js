// On every page: the service worker, the key of who is signed in, and the logs that wait.
import { startOfflinePage } from "./page.js";
import { adopt, forget, mineAndOthers, sendAll } from "./post.js";
import { able, setState } from "./store.js";

export async function startOffline() {
  const page = document.querySelector("[data-offline-page]");
  const owner = document.body.dataset.owner;
  if (!able()) return page?.querySelector("[data-says=unable]")?.removeAttribute("hidden");
  if (!page && !owner) return;
  navigator.serviceWorker.register("/worker.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  if (page) return startOfflinePage(page);
  dropAtSignOut();
  await setState("look", { lang: document.documentElement.lang, theme: document.documentElement.dataset.bsTheme ?? "" });
  await adopt(owner, "writes" in document.body.dataset);
  await show(owner);
  addEventListener("online", () => show(owner));
}

// The key goes first, then the person. What is sealed stays: it opens to nobody here.
function dropAtSignOut() {
  for (const form of document.querySelectorAll("form[data-signout]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await forget().catch(() => {});
      form.submit();
    });
  }
}

async function show(owner) {
  let { mine, others } = await mineAndOthers(owner);
  if (mine.length && navigator.onLine) {
    const { told } = await sendAll();
    const sent = [...told.values()].filter((one) => one.state === "logged").length;
    if (sent) document.getElementById("logs-sent")?.removeAttribute("hidden");
    ({ mine, others } = await mineAndOthers(owner));
  }
  const link = document.getElementById("kept-logs");
  if (!link) return;
  link.hidden = !(mine.length + others.length);
  link.querySelector("[data-count]").textContent = String(mine.length + others.length);
}
