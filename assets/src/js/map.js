// The map of a client's people: drawn from its JSON in the colours of the theme; where somebody is dragged to is sent to the server.
import * as echarts from "echarts/core";
import { GraphChart } from "echarts/charts";
import { GraphicComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { colour } from "./colours.js";

echarts.use([GraphChart, GraphicComponent, TooltipComponent, SVGRenderer]);

const TONES = { for: "green", against: "red", neutral: "series-6", unknown: "surface", us: "ink" };
const MARGIN = { top: 4, side: 24, bottom: 8 };

function scale(holder, spec) {
  const wide = Math.max(1, holder.clientWidth - 2 * MARGIN.side);
  const high = Math.max(1, spec.height - MARGIN.top - MARGIN.bottom);
  return {
    wide, high,
    x: (value) => (value / spec.area) * wide,
    y: (value) => (value / spec.area) * high,
    back: ([x, y]) => [x / wide, y / high].map((part) => Math.round(Math.min(1, Math.max(0, part)) * spec.area)),
  };
}

function node(item, at, tints, spec) {
  return {
    id: item.id, name: item.name, x: at.x(item.x), y: at.y(item.y), symbolSize: item.size, symbol: item.tone === "us" ? "roundRect" : "circle",
    draggable: spec.draws && Boolean(item.key), cursor: item.url ? "pointer" : "default", item,
    itemStyle: { color: tints[item.tone], borderColor: item.tone === "unknown" ? tints.muted : tints.card, borderWidth: item.tone === "unknown" ? 1.5 : 1 },
    label: { show: true, position: "bottom", distance: 3, color: tints.text, fontSize: 12, formatter: item.label, backgroundColor: tints.card, padding: [1, 3], borderRadius: 3 },
  };
}

// Two corners without a body keep the drawing as large as its box: thousandths stay thousandths.
function corners(at) {
  return [[0, 0], [at.wide, at.high]].map(([x, y], place) => ({ id: `corner-${place}`, name: "", x, y, symbolSize: 0, silent: true, label: { show: false } }));
}

function edge(item, tints, spec) {
  const line = item.kind === "line";
  return {
    source: item.source, target: item.target, symbol: line ? ["none", "arrow"] : ["none", "none"], symbolSize: 7,
    lineStyle: { color: line ? tints.muted : tints.us, width: item.width, type: line ? "solid" : "dashed", opacity: (line ? 0.9 : 0.45) * (spec.crowded ? 0.4 : 1), curveness: line ? 0 : 0.08 },
  };
}

function bands(spec, at, tints, wide) {
  return spec.bands.flatMap((band, place) => {
    const y = MARGIN.top + at.y(band.y);
    const name = { type: "text", silent: true, left: 0, top: y + 6, style: { text: band.name, fill: tints.muted, fontSize: 12 } };
    const rule = { type: "line", silent: true, shape: { x1: 0, y1: y, x2: wide, y2: y }, style: { stroke: tints.line, lineWidth: 1 } };
    return place ? [rule, name] : [name];
  });
}

function option(holder, spec) {
  const at = scale(holder, spec);
  const tints = Object.fromEntries([...Object.entries(TONES), ...["text", "muted", "line"].map((name) => [name, name]), ["card", "surface"]].map(([name, token]) => [name, colour(token)]));
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      renderMode: "richText", backgroundColor: tints.card, borderColor: tints.line, textStyle: { color: tints.text, fontSize: 12 }, confine: true,
      formatter: (point) => point.data?.item?.tip ?? "",
    },
    graphic: bands(spec, at, tints, holder.clientWidth),
    series: [{
      type: "graph", layout: "none", roam: false, left: MARGIN.side, right: MARGIN.side, top: MARGIN.top, bottom: MARGIN.bottom,
      data: [...spec.nodes.map((item) => node(item, at, tints, spec)), ...corners(at)], links: spec.edges.map((item) => edge(item, tints, spec)),
      labelLayout: { hideOverlap: true }, emphasis: { focus: "adjacency", label: { show: true }, lineStyle: { opacity: 0.9 } }, blur: { itemStyle: { opacity: 0.25 }, label: { show: false } },
    }],
  };
}

async function save(holder, item, place) {
  const card = holder.closest(".card");
  const status = card.querySelector("[data-map-status]");
  const token = card.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({ person: item.key, place_x: place[0], place_y: place[1] });
  let said = holder.dataset.failed;
  try {
    const answer = await fetch(holder.dataset.save, { method: "POST", body, headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    if (answer.ok) {
      said = holder.dataset.saved;
      [item.x, item.y] = place;
    } else if (answer.status === 422) said = (await answer.json()).message;
  } catch {
    // offline: the words above say that it was not kept
  }
  if (status) status.textContent = said;
}

// A press that moves carries somebody, one that does not opens him.
function listen(chart, holder, spec) {
  let start = null;
  chart.on("mousedown", { dataType: "node" }, (event) => { start = { item: event.data.item, x: event.event.offsetX, y: event.event.offsetY }; });
  chart.getZr().on("mouseup", (event) => {
    const { item, x, y } = start ?? {};
    start = null;
    if (!item?.key) return;
    const moved = Math.hypot(event.offsetX - x, event.offsetY - y) > 4;
    if (!moved) window.htmx.ajax("GET", item.url, { target: "#side-body", swap: "innerHTML" });
    else if (spec.draws) save(holder, item, scale(holder, spec).back([event.offsetX - MARGIN.side, event.offsetY - MARGIN.top]));
  });
}

function draw() {
  for (const holder of document.querySelectorAll("[data-people-map]")) {
    const known = echarts.getInstanceByDom(holder);
    if (known) {
      known.setOption(option(holder, holder.spec), true);
      continue;
    }
    const began = performance.now();
    const spec = JSON.parse(document.getElementById(holder.dataset.peopleMap).textContent);
    holder.spec = spec;
    holder.style.setProperty("height", `${spec.height}px`);
    holder.style.setProperty("min-width", `${spec.width}px`);
    const chart = echarts.init(holder, null, { renderer: "svg" });
    chart.setOption(option(holder, spec), true);
    chart.getZr().flush();
    holder.dataset.drawn = Math.round(performance.now() - began);
    listen(chart, holder, spec);
    let wide = holder.clientWidth;
    new ResizeObserver(() => {
      if (holder.clientWidth === wide) return;
      wide = holder.clientWidth;
      chart.resize();
      chart.setOption(option(holder, spec), true);
    }).observe(holder);
  }
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
