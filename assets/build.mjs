// Bundles what the browser gets into the folder given as the first argument. Called by build.py.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { drawMarks } from "./marks.mjs";

const out = process.argv[2];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const shared = { bundle: true, minify: true, legalComments: "linked", logLevel: "warning", outdir: out };
await build({ ...shared, entryPoints: ["src/js/app.js", "src/js/charts.js", "src/js/map.js"], format: "esm", target: "es2022" });
await build({ ...shared, entryPoints: ["src/js/offline/worker.js"], format: "iife", target: "es2022" });
await build({ ...shared, entryPoints: ["src/app.css"], target: "chrome123" });

const names = readFileSync("icons.txt", "utf8").split("\n").map((line) => line.trim());
const symbols = names.filter((name) => name && !name.startsWith("#")).map((name) => {
  const svg = readFileSync(join("node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const inside = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replace(/\s+/g, " ")}</symbol>`;
});
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
drawMarks("../src/jinlan/kernel/static/seal.svg", out);
