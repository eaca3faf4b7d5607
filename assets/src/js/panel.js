// The side panel: whatever is swapped into #side-body opens it; Esc returns to the same place.
let opener = null;

export function startPanel(htmx) {
  const side = document.getElementById("side");
  if (!side) return;
  const body = document.getElementById("side-body");
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === body && !side.contains(document.activeElement)) opener = event.detail.elt;
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === body && !side.open) side.showModal();
  });
  document.body.addEventListener("htmx:responseError", (event) => failed(event.detail.target, body, side));
  document.body.addEventListener("htmx:sendError", (event) => failed(event.detail.target, body, side));
  side.addEventListener("close", () => {
    body.replaceChildren();
    opener?.focus({ preventScroll: true });
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog");
    if (event.target.closest("[data-close]") || event.target === dialog) dialog?.close();
    else openRow(event, htmx);
  });
}

function failed(target, body, side) {
  const note = document.getElementById("request-failed");
  if (!target || !note) return;
  target.replaceChildren(note.content.cloneNode(true));
  if (target === body && !side.open) side.showModal();
}

// A click anywhere on a row opens its peek; links and buttons inside keep their own meaning.
function openRow(event, htmx) {
  const row = event.target.closest("tr[data-peek]");
  if (!row || event.target.closest("a, button, input, select, summary, label") || getSelection().toString()) return;
  opener = row.querySelector("a");
  htmx.ajax("GET", row.dataset.peek, { target: "#side-body", swap: "innerHTML" });
}
