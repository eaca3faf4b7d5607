// Menus are <details>: they work without this file; here they close on Esc and on a click outside.
const OPEN = "details.menu[open]";

export function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(OPEN)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const dismissed = event.target.closest("[data-dismiss]");
    if (dismissed) dismissed.closest(dismissed.dataset.dismiss)?.remove();
    const opens = event.target.closest("[data-open]");
    if (opens) document.getElementById(opens.dataset.open)?.showModal();
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-check-all]")) checkAll(event.target);
    if (event.target.matches("[data-into]")) readInto(event.target);
  });
  for (const toast of document.querySelectorAll(".toast-line[data-seconds]")) {
    setTimeout(() => toast.remove(), Number(toast.dataset.seconds) * 1000);
  }
}

function checkAll(head) {
  for (const box of head.closest("table").querySelectorAll("tbody input[type=checkbox]")) box.checked = head.checked;
}

// Nothing is uploaded: a chosen file's text is put into a field, where it is seen before it is sent.
async function readInto(chooser) {
  const [file] = chooser.files;
  if (file) document.getElementById(chooser.dataset.into).value = await file.text();
}
