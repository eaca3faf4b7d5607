// Keyboard: / search, Ctrl-K palette, g + letter go, j k rows, Enter open, ? sheet. Never while someone types.
const typing = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;
let waitingForPlace = 0;

export function startHotkeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open("palette");
    } else if (event.target.matches("#palette-input")) {
      moveInResults(event);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      plainKey(event);
    }
  });
}

function open(id) {
  const dialog = document.getElementById(id);
  if (dialog && !document.querySelector("dialog[open]")) dialog.showModal();
}

function plainKey(event) {
  const go = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  if (waitingForPlace > Date.now() && go) {
    waitingForPlace = 0;
    location.assign(go.href);
  } else if (event.key === "g") {
    waitingForPlace = Date.now() + 1200;
  } else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "?") {
    open("shortcuts");
  } else if (event.key === "j" || event.key === "k") {
    moveRow(event.key === "j" ? 1 : -1);
  } else if (event.key === "Enter" && !event.target.closest("a, button, summary, tr a")) {
    document.querySelector("tr.current a")?.click();
  }
}

function moveRow(step) {
  const rows = [...document.querySelectorAll("table[data-rows] tbody tr")];
  if (!rows.length || document.querySelector("dialog[open]")) return;
  const now = rows.findIndex((row) => row.classList.contains("current"));
  const next = Math.min(Math.max(now + step, 0), rows.length - 1);
  rows[now]?.classList.remove("current");
  rows[next].classList.add("current");
  rows[next].scrollIntoView({ block: "nearest" });
  rows[next].querySelector("a")?.focus({ preventScroll: true });
}

function moveInResults(event) {
  const links = [...document.querySelectorAll("#palette-results a")];
  const now = links.findIndex((link) => link.classList.contains("current"));
  if (event.key === "Enter" && links.length) {
    event.preventDefault();
    (links[now] ?? links[0]).click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    links[now]?.classList.remove("current");
    const next = (now + (event.key === "ArrowDown" ? 1 : -1) + links.length) % links.length;
    links[next]?.classList.add("current");
    links[next]?.scrollIntoView({ block: "nearest" });
  }
}
