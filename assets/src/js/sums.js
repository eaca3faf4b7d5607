// Sums of months while somebody types; what is sent is added up and checked again by the server. Whole numbers of 10^-8, never floats.
const PLACES = 8;

function read(text) {
  const plain = text.trim().replace(/[,，]/g, "").replace("−", "-");
  const found = /^(-?)(\d*)(?:\.(\d{0,8}))?$/.exec(plain);
  if (!found || plain.length > 30) return 0n;
  const whole = BigInt(found[2] || "0") * 10n ** 8n + BigInt((found[3] ?? "").padEnd(PLACES, "0"));
  return found[1] ? -whole : whole;
}

function write(value) {
  const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, "0");
  const tail = digits.slice(-PLACES).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -PLACES)}${tail && `.${tail}`}`;
}

const sum = (values) => values.reduce((total, one) => total + one, 0n);

function columns(months) {
  const found = {};
  months.forEach((one, place) => { found[`month${place + 1}`] = one; });
  for (let at = 0; at < 4; at += 1) found[`quarter${at + 1}`] = sum(months.slice(at * 3, at * 3 + 3));
  found.year0 = sum(months);
  return found;
}

function add(form) {
  const rows = [...form.querySelectorAll("[data-row]")].map((row) => {
    const months = [...row.querySelectorAll("[data-month]")].map((input) => read(input.value));
    const found = columns(months);
    for (const place of row.querySelectorAll("[data-quarter]")) place.value = write(found[`quarter${place.dataset.quarter}`]);
    for (const place of row.querySelectorAll("[data-year]")) place.value = write(found.year0);
    return { takes: row.querySelector("[data-takes]")?.checked ?? true, months };
  });
  const taking = rows.filter((row) => row.takes);
  const totals = columns(Array.from({ length: 12 }, (_, place) => sum(taking.map((row) => row.months[place]))));
  for (const [name, total] of Object.entries(totals)) {
    const place = form.querySelector(`[data-total="${name}"]`);
    if (!place) continue;
    const off = form.querySelector(`[data-off="${name}"]`);
    const less = total - read(form.querySelector(`[data-own="${name}"]`).textContent);
    place.value = write(total);
    off.value = write(less);
    off.className = less ? "bad" : "";
  }
  const year = form.querySelector('[data-into="year"]');
  if (year) year.value = write(totals.year0);
  for (let at = 1; at <= 4; at += 1) {
    const quarter = form.querySelector(`[data-into="q${at}"]`);
    if (quarter) quarter.value = write(totals[`quarter${at}`]);
  }
}

export function startSums() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-sums]");
    if (form && event.target.matches("[data-month], [data-takes]")) add(form);
  });
}
