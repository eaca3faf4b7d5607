// What this device keeps: the public key of whoever is signed in, how pages look, and sealed logs. Nothing here can be read.
const NAME = "jinlan", STATE = "state", LOGS = "logs";

export const able = () => Boolean(globalThis.indexedDB && globalThis.crypto?.subtle && navigator.serviceWorker);

function opened() {
  return new Promise((done, failed) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore(STATE);
      asking.result.createObjectStore(LOGS, { keyPath: "id" });
    };
    asking.onsuccess = () => done(asking.result);
    asking.onerror = () => failed(asking.error);
  });
}

// Resolves when the transaction is on the disk, not when the request was answered: what is said to be kept is kept.
async function inStore(store, mode, ask) {
  const base = await opened();
  try {
    return await new Promise((done, failed) => {
      const work = base.transaction(store, mode, { durability: "strict" });
      const answer = ask(work.objectStore(store));
      work.oncomplete = () => done(answer.result);
      work.onerror = work.onabort = () => failed(work.error);
    });
  } finally {
    base.close();
  }
}

export const getState = (name) => inStore(STATE, "readonly", (store) => store.get(name));
export const setState = (name, value) => inStore(STATE, "readwrite", (store) => store.put(value, name));
export const dropState = (name) => inStore(STATE, "readwrite", (store) => store.delete(name));
export const allLogs = () => inStore(LOGS, "readonly", (store) => store.getAll());
export const putLog = (log) => inStore(LOGS, "readwrite", (store) => store.put(log));
export const dropLog = (id) => inStore(LOGS, "readwrite", (store) => store.delete(id));
