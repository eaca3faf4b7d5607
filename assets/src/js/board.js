// The pipeline's board: a card is dragged to the lane beside it, or moved with the arrow keys; its own button and link do it, so that
// what a person may do and what is missing is said by the server alone.
const lane = (place) => place?.closest("[data-board] [data-stage]:not([data-card])");

function go(card, to) {
  const now = Number(card.dataset.stage);
  if (to === now + 1) (card.querySelector("[data-advance] button") ?? card.querySelector("a.btn:not([data-back])"))?.click();
  if (to === now - 1) card.querySelector("[data-back]")?.click();
}

function byKey(event) {
  const card = event.target.closest("[data-board] [data-card]");
  if (!card || event.target !== card) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    event.preventDefault();
    go(card, Number(card.dataset.stage) + step);
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const beside = event.key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling;
    beside?.focus();
  }
}

export function startBoard() {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  let held = null;
  const clear = () => board.querySelectorAll(".aimed").forEach((one) => one.classList.remove("aimed"));
  for (const card of board.querySelectorAll("[data-card][draggable]")) card.tabIndex = 0;
  board.addEventListener("keydown", byKey);
  board.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("[data-card]");
    held?.classList.add("held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  board.addEventListener("dragend", () => {
    held?.classList.remove("held");
    held = null;
    clear();
  });
  board.addEventListener("dragover", (event) => {
    const over = lane(event.target);
    clear();
    if (!held || !over || Math.abs(Number(over.dataset.stage) - Number(held.dataset.stage)) !== 1) return;
    event.preventDefault();
    over.classList.add("aimed");
  });
  board.addEventListener("drop", (event) => {
    const over = lane(event.target);
    if (!held || !over) return;
    event.preventDefault();
    go(held, Number(over.dataset.stage));
  });
}
