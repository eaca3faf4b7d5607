// Charts: each reads its <script type="application/json"> and follows the theme. SVG, rich-text tooltips.
import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { colour } from "./colours.js";

echarts.use([BarChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

function series(item, index, spec, text) {
  const tint = colour(`series-${(item.colour ?? index) + 1}`);
  return {
    name: item.name,
    type: spec.kind === "bar" ? "bar" : "line",
    stack: item.stack,
    data: item.values,
    barMaxWidth: 28,
    symbol: "circle",
    symbolSize: 5,
    showSymbol: spec.x.length <= 14,
    lineStyle: { width: 2, type: item.dashed ? "dashed" : "solid" },
    itemStyle: { color: tint },
    endLabel: { show: spec.kind !== "bar" && spec.series.length > 1, formatter: "{a}", color: text, fontSize: 12 },
    labelLayout: { moveOverlap: "shiftY" },
    markLine: index === 0 && spec.lines?.length ? lines(spec, text) : undefined,
  };
}

function lines(spec, text) {
  return {
    symbol: "none",
    silent: true,
    animation: false,
    data: spec.lines.map((line) => ({
      yAxis: line.value,
      lineStyle: { color: colour(line.kind === "exit" ? "amber" : "green"), type: line.kind === "exit" ? "dashed" : "solid" },
      label: { formatter: line.name, position: "insideEndTop", color: text, fontSize: 11 },
    })),
  };
}

function option(spec) {
  const [muted, text, line, surface] = ["muted", "text", "line", "surface"].map(colour);
  const format = new Intl.NumberFormat(spec.locale ?? "zh-CN", { maximumFractionDigits: spec.digits ?? 0 });
  const show = (value) => (value == null ? "—" : format.format(value).replace("-", "−"));
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: spec.series.length > 1 && spec.kind !== "bar" ? 88 : 16, top: 28, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", renderMode: "richText", backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 },
      formatter: (points) => [points[0].axisValue, ...points.map((point) => `${point.seriesName}  ${show(point.value)}`)].join("\n"),
    },
    xAxis: { type: "category", data: spec.x, boundaryGap: spec.kind === "bar", axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: muted, hideOverlap: true } },
    yAxis: {
      type: "value", name: spec.unit, nameTextStyle: { color: muted, align: "left" }, nameGap: 14, scale: spec.kind !== "bar" && spec.scale, splitNumber: 4,
      splitLine: { lineStyle: { color: line } }, axisLabel: { color: muted, formatter: show },
    },
    series: spec.series.map((item, index) => series(item, index, spec, text)),
  };
}

function draw(root) {
  for (const holder of root.querySelectorAll("[data-chart]")) {
    const source = document.getElementById(holder.dataset.chart);
    if (!source) continue;
    const chart = echarts.getInstanceByDom(holder) ?? echarts.init(holder, null, { renderer: "svg" });
    chart.setOption(option(JSON.parse(source.textContent)), true);
    new ResizeObserver(() => chart.resize()).observe(holder);
  }
}

draw(document);
document.body.addEventListener("htmx:afterSwap", (event) => draw(event.detail.target));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(document));
