// Talking to the server about kept logs. A log leaves this device's list when the server says that it has it, never before.
import { allLogs, dropLog, dropState, getState, setState } from "./store.js";

const DAY = 24 * 3600 * 1000;

// {state: "in" | "out" | "away", …}: signed in with key and token, signed out (or no such right), no network.
export async function identify() {
  try {
    const answer = await fetch("/offline/key", { redirect: "manual", cache: "no-store" });
    if (!answer.ok) await answer.body?.cancel(); // else the connection waits for a reader
    if (answer.status === 404) return { state: "in", owner: null };
    if (!answer.ok) return { state: answer.status >= 500 ? "away" : "out" };
    return { state: "in", ...(await answer.json()) };
  } catch {
    return { state: "away" };
  }
}

export async function adopt(owner, writes) {
  const kept = await getState("key");
  if (kept && kept.owner !== owner) await dropState("key"); // another person: nothing is sealed for the one before
  if (!writes || (kept?.owner === owner && Date.now() - kept.since < DAY)) return;
  const who = await identify();
  if (who.state !== "in") return;
  await setState("key", { owner, name: who.name, point: who.point, since: Date.now() });
}

export const forget = () => dropState("key");

export async function mineAndOthers(owner) {
  const logs = (await allLogs()).sort((one, other) => (one.at < other.at ? -1 : 1));
  return { mine: logs.filter((log) => log.owner === owner), others: logs.filter((log) => log.owner !== owner) };
}

export async function ask(what, log, token) {
  const body = new URLSearchParams({ id: log.id, name: log.name, sealed: log.sealed });
  const headers = { "X-CSRFToken": token };
  const answer = await fetch(`/offline/${what}`, { method: "POST", body, headers, redirect: "manual", cache: "no-store" });
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) throw new Error(`status ${answer.status}`);
  const told = await answer.json();
  if (told.state === "logged") await dropLog(log.id);
  return told;
}

// Sends every log of the person who is signed in; says what became of each: id -> the server's answer.
export async function sendAll() {
  const who = await identify();
  const told = new Map();
  if (who.state !== "in" || !who.owner) return { who, told };
  for (const log of (await mineAndOthers(who.owner)).mine) {
    try {
      told.set(log.id, await ask("send", log, who.token));
    } catch {
      told.set(log.id, { state: "lost" });
    }
  }
  return { who, told };
}
