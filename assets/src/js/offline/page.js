// The page that opens without a network: write a log, see what waits, send it, change it, discard it.
import { keep, wallClock } from "./keep.js";
import { ask, identify, mineAndOthers, sendAll } from "./post.js";
import { dropLog, getState } from "./store.js";

const show = (page, name, on) => page.querySelectorAll(`[data-says=${name}]`).forEach((line) => { line.hidden = !on; });

export async function startOfflinePage(page) {
  const form = page.querySelector("form[data-write]");
  const now = { page, form, editing: null, told: new Map(), who: { state: "away" } };
  const look = await getState("look");
  if (look?.theme && look.theme !== "auto") document.documentElement.dataset.bsTheme = look.theme;
  form.elements.at.value = wallClock();
  form.elements.client.addEventListener("input", () => { form.elements.unit.value = ""; }); // another name, so no longer that client
  form.addEventListener("submit", (event) => write(event, now));
  page.addEventListener("click", (event) => press(event, now));
  addEventListener("online", () => send(now));
  addEventListener("offline", () => { now.who = { state: "away" }; draw(now); });
  show(page, "kept", new URLSearchParams(location.search).has("kept"));
  await send(now);
  page.dataset.ready = "yes";
}

async function send(now) {
  ({ who: now.who, told: now.told } = await sendAll());
  const sent = [...now.told.values()].filter((one) => one.state === "logged").length;
  if (sent) show(now.page, "sent", true);
  await draw(now);
}

async function draw(now) {
  const { page, who, told } = now;
  const key = await getState("key");
  const owner = who.owner ?? key?.owner ?? null;
  const { mine, others } = await mineAndOthers(owner);
  show(page, "away", who.state === "away");
  show(page, "out", who.state === "out");
  show(page, "locked", !key?.point);
  show(page, "others", others.length > 0);
  show(page, "some", mine.length > 0);
  show(page, "none", mine.length === 0);
  now.form.querySelector("fieldset").disabled = !key?.point;
  const list = page.querySelector("[data-list]");
  list.replaceChildren(...mine.map((log) => line(page, log, told.get(log.id), who.state === "in")));
  page.querySelector("[data-act=send]").hidden = !mine.length || who.state === "out";
}

function line(page, log, told, online) {
  const made = page.querySelector("template[data-row]").content.cloneNode(true).firstElementChild;
  made.dataset.log = log.id;
  const state = told?.state ?? "waiting";
  made.querySelector("[data-at]").textContent = wallClock(new Date(log.at)).replace("T", " ");
  made.querySelectorAll("[data-state]").forEach((word) => { word.hidden = word.dataset.state !== state; });
  made.querySelector("[data-words]").textContent = told?.words ?? "";
  made.querySelector("[data-act=confirm]").hidden = !told?.draft;
  made.querySelector("[data-act=edit]").hidden = !online;
  made.querySelector("[data-units]").replaceChildren(...(told?.units ?? []).map((unit) => choice(page, unit)));
  return made;
}

function choice(page, unit) {
  const made = page.querySelector("template[data-unit]").content.cloneNode(true).firstElementChild;
  made.dataset.draft = unit.draft;
  made.textContent = unit.name;
  return made;
}

async function write(event, now) {
  event.preventDefault();
  const fields = now.form.elements;
  const note = Object.fromEntries(["client", "unit", "kind", "at", "text"].map((name) => [name, fields[name].value.trim()]));
  const missing = !note.client || !note.text;
  show(now.page, "missing", missing);
  if (missing) return now.form.querySelector(note.client ? "[name=text]" : "[name=client]").focus();
  navigator.storage?.persist?.();
  if (!(await keep(note, now.editing ?? undefined))) return draw(now);
  now.editing = null;
  now.form.reset();
  fields.unit.value = "";
  fields.at.value = wallClock();
  await draw(now);
  show(now.page, "kept", true);
  if (navigator.onLine) await send(now);
}

function press(event, now) {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const id = button.closest("[data-log]")?.dataset.log;
  const acts = { send: () => send(now), edit: () => open(now, id), confirm: () => open(now, id, button), discard: () => discard(now, id) };
  acts[button.dataset.act]?.();
}

// Reads a log back, which the server alone can: into the form here, or into the draft of its client.
async function open(now, id, button) {
  const who = await identify();
  const log = (await mineAndOthers(who.owner)).mine.find((one) => one.id === id);
  if (!log) return send(now);
  let told = { state: "lost" };
  try {
    told = await ask("open", log, who.token);
  } catch { /* the line says so */ }
  if (told.state !== "open") {
    now.told.set(id, told);
    return draw(now);
  }
  if (button) return confirm(button.dataset.draft || told.draft, told, id, who.token);
  for (const [name, value] of Object.entries(told.note)) if (now.form.elements[name]) now.form.elements[name].value = value;
  now.editing = id;
  now.form.elements.text.focus();
}

function confirm(address, told, id, token) {
  const { note } = told;
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const said = { csrfmiddlewaretoken: token, step: "read", minutes: note.text, key: id, kept_kind: note.kind, kept_at: note.at };
  for (const [name, value] of Object.entries(said)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function discard(now, id) {
  const dialog = now.page.querySelector("dialog[data-discard]");
  dialog.returnValue = "";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "discard") return;
    await dropLog(id);
    now.told.delete(id);
    if (now.editing === id) now.editing = null;
    await draw(now);
  };
  dialog.showModal();
}
