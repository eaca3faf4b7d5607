// Keeping one log: sealed for its writer before it touches the disk, under an id that is also its key at the server.
import { fromBase64, seal, toBase64 } from "./hpke.js";
import { getState, putLog } from "./store.js";

export async function keep(note, id = crypto.randomUUID()) {
  const mine = await getState("key");
  if (!mine?.point) return null;
  const letter = await seal(fromBase64(mine.point), `jinlan letter v1|log ${id}`, JSON.stringify(note));
  const log = { id, owner: mine.owner, name: mine.name, sealed: toBase64(letter), at: new Date().toISOString() };
  await putLog(log);
  return log;
}

// The bank's wall clock, as a datetime-local field writes it; a hint only, the server has the time.
export function wallClock(at = new Date()) {
  return at.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16).replace(" ", "T");
}
