"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const TASKS = ["entity", "relation"];
const PER_PAGE = 20;
const SVG = "http://www.w3.org/2000/svg";
const FIRST_SIDE = 3;  // of a text: the annotated side; then one side per system, then outcomes
const systems = data.systems.length;
const OUTCOMES = FIRST_SIDE + 1 + systems;
const CHANGES = OUTCOMES + systems;
const labelsOf = task => task === 0 ? data.entityLabels : data.relationLabels;
const byId = id => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Filters

const filters = { system: 0, task: -1, kind: -1, gold: "", predicted: "", change: "", search: "" };
let matches = [];
let page = 0;

function labelOf(text, task, side, number) {
  if (number === null) return null;
  const label = text[side][task][number][0];
  return label < 0 ? null : labelsOf(task)[label];
}

function outcomeMatches(text, outcome, system) {
  const [task, kind, gold, predicted] = outcome;
  if (filters.task >= 0 && task !== filters.task) return false;
  if (filters.kind >= 0 && kind !== filters.kind) return false;
  if (filters.gold && labelOf(text, task, FIRST_SIDE, gold) !== filters.gold) return false;
  const side = FIRST_SIDE + 1 + system;
  return !filters.predicted || labelOf(text, task, side, predicted) === filters.predicted;
}

function changeMatches(text, change) {
  const [task, fixed] = change;
  if (filters.task >= 0 && task !== filters.task) return false;
  if (filters.change !== "any" && (filters.change === "fixed") !== (fixed === 1)) return false;
  if (filters.gold && labelOf(text, task, FIRST_SIDE, change[2]) !== filters.gold) return false;
  return !filters.predicted || change.slice(3).some((number, system) =>
    labelOf(text, task, FIRST_SIDE + 1 + system, number) === filters.predicted);
}

function matching(text) {
  if (filters.change) return text[CHANGES].filter(change => changeMatches(text, change));
  return text[OUTCOMES + filters.system].filter(
    outcome => outcomeMatches(text, outcome, filters.system));
}

function apply() {
  const search = filters.search.toLowerCase();
  matches = [];
  let errors = 0;
  data.texts.forEach((text, number) => {
    if (search && !text[0].toLowerCase().includes(search) &&
        !text[1].join(" ").toLowerCase().includes(search)) return;
    const found = matching(text);
    if (found.length) {
      matches.push([number, found]);
      errors += found.length;
    }
  });
  page = 0;
  const what = filters.change ? "changes" : "errors";
  byId("count").textContent =
    `${errors.toLocaleString("en")} ${what} in ${matches.length.toLocaleString("en")} texts`;
  showPage();
}

function options(select, values, all) {
  select.replaceChildren(element("option", { value: "" }, all));
  for (const value of values) select.append(element("option", { value }, value));
}

function showLabels() {
  const tasks = filters.task < 0 ? [0, 1] : [filters.task];
  const names = [...new Set(tasks.flatMap(labelsOf))];
  for (const key of ["gold", "predicted"]) {
    const select = byId(`filter-${key}`);
    options(select, names, "any");
    if (!names.includes(filters[key])) filters[key] = "";
    select.value = filters[key];
  }
}

function setFilters(changes) {
  Object.assign(filters, changes);
  byId("filter-task").value = filters.task;
  byId("filter-kind").value = filters.kind;
  for (const key of ["system", "change"])
    if (byId(`filter-${key}`)) byId(`filter-${key}`).value = filters[key];
  showLabels();
  apply();
}

// Texts with arcs

function described(text, task, side, number) {
  const item = text[side][task][number];
  const score = item[1] === null ? "" : ` (${item[1]} %)`;
  const name = entity => {
    const spans = text[side][0][entity];
    return `“${text[1].slice(spans[2], spans[3]).join(" ")}”`;
  };
  const label = item[0] < 0 ? "no label" : labelsOf(task)[item[0]];
  return task === 0 ? `${label} ${name(number)}${score}`
    : `${name(item[2])} — ${label} → ${name(item[3])}${score}`;
}

function sentencesOf(text) {
  const starts = [0, ...text[2]];
  return starts.map((start, i) => [start, i + 1 < starts.length ? starts[i + 1] : text[1].length]);
}

// The sentences with a mention of the items that match; all of them in a short text.
function shownSentences(text, found, whole) {
  const sentences = sentencesOf(text);
  if (whole || text[1].length <= 80 || sentences.length < 2) return sentences;
  const words = new Set();
  const add = (side, task, number) => {
    if (number === null) return;
    const entities = text[side][0];
    const items = task === 0 ? [number] : text[side][1][number].slice(2);
    for (const item of items)
      for (let i = 2; i < entities[item].length; i += 2) words.add(entities[item][i]);
  };
  for (const each of found) {
    if (filters.change) {
      each.slice(2).forEach((number, side) => add(FIRST_SIDE + side, each[0], number));
    } else {
      add(FIRST_SIDE, each[0], each[2]);
      add(FIRST_SIDE + 1 + filters.system, each[0], each[3]);
    }
  }
  return sentences.filter(([start, end]) => [...words].some(word => word >= start && word < end));
}

// Items of a side that are wrong, or that match: their numbers by task.
function marked(text, side) {
  const numbers = [new Set(), new Set()];
  for (let system = 0; system < systems; system++) {
    if (side !== FIRST_SIDE && side !== FIRST_SIDE + 1 + system) continue;
    if (side === FIRST_SIDE && system !== filters.system) continue;
    for (const [task, , gold, predicted] of text[OUTCOMES + system]) {
      const number = side === FIRST_SIDE ? gold : predicted;
      if (number !== null) numbers[task].add(number);
    }
  }
  return numbers;
}

function levelsOf(intervals) {
  const ends = [];
  return intervals.map(([start, end]) => {
    let level = ends.findIndex(last => last <= start);
    if (level < 0) level = ends.length;
    ends[level] = end;
    return level;
  });
}

function textRow(text, side, name, sentences, wrong) {
  const box = element("div", { class: "text", dir: "auto" });
  const row = element("div", { class: "side" }, element("span", { class: "name" }, name), box);
  const words = new Map();
  let previous = 0;
  for (const [start, end] of sentences) {
    if (start > previous) box.append("… ");
    for (let i = start; i < end; i++) {
      const word = element("span", { class: "word" }, text[1][i]);
      words.set(i, word);
      box.append(word, " ");
    }
    previous = end;
  }
  if (previous < text[1].length) box.append("…");
  const mentions = [];
  text[side][0].forEach((entity, number) => {
    for (let i = 2; i < entity.length; i += 2)
      if (words.has(entity[i])) mentions.push([entity[i], entity[i + 1], number]);
  });
  mentions.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const levels = levelsOf(mentions);
  const relations = text[side][1].map((relation, number) => [...relation, number])
    .map(relation => [relation, closest(text[side][0], relation, words)])
    .filter(([, ends]) => ends !== null);
  const order = relations.map(([, [a, b]]) => [Math.min(a, b), Math.max(a, b)]);
  const byWidth = order.map((_, i) => i).sort(
    (a, b) => (order[a][1] - order[a][0]) - (order[b][1] - order[b][0]));
  const heights = new Array(order.length).fill(0);
  byWidth.forEach((i, rank) => {
    const inner = byWidth.slice(0, rank).filter(
      j => order[j][0] <= order[i][1] && order[i][0] <= order[j][1]);
    heights[i] = inner.length ? Math.max(...inner.map(j => heights[j])) + 1 : 0;
  });
  const above = relations.length ? 18 + 15 * Math.min(6, Math.max(...heights)) : 0;
  const below = mentions.length ? 16 * (Math.max(...levels) + 1) : 0;
  box.style.lineHeight = `${22 + above + below}px`;
  box.style.paddingTop = `${above / 4}px`;
  row.draw = () => drawItems(box, text, side, words, mentions, levels, relations, heights, wrong);
  return row;
}

// First words of the closest mentions of a relation's arguments among the words that are shown.
function closest(entities, relation, words) {
  let best = null;
  const starts = number => {
    const entity = entities[number];
    const found = [];
    for (let i = 2; i < entity.length; i += 2) if (words.has(entity[i])) found.push(entity[i]);
    return found;
  };
  for (const head of starts(relation[2]))
    for (const tail of starts(relation[3]))
      if (best === null || Math.abs(head - tail) < Math.abs(best[0] - best[1])) best = [head, tail];
  return best;
}

function drawItems(box, text, side, words, mentions, levels, relations, heights, wrong) {
  for (const old of box.querySelectorAll("svg")) old.remove();
  const frame = box.getBoundingClientRect();
  const svg = shape("svg", { width: frame.width, height: frame.height, "aria-hidden": "true" });
  const place = new Map();
  const below = mentions.length ? 4 + 16 * (Math.max(...levels) + 1) : 0;
  const rect = i => {
    if (!place.has(i)) {
      const found = words.get(i).getBoundingClientRect();
      const middle = (found.top + found.bottom) / 2 - frame.top;
      place.set(i, { left: found.left - frame.left, right: found.right - frame.left,
        top: middle - 9, bottom: middle + 9 });
    }
    return place.get(i);
  };
  const clustered = text[side][0].some(entity => entity.length > 4);
  mentions.forEach(([start, end, number], index) => {
    const isWrong = wrong[0].has(number);
    const label = text[side][0][number][0];
    const color = isWrong ? "#c1121f" : "#4477aa";
    const lines = new Map();
    for (let i = start; i < end && words.has(i); i++) {
      const { left, right, bottom } = rect(i);
      const line = lines.get(Math.round(bottom)) || { left, right, bottom };
      line.left = Math.min(line.left, left);
      line.right = Math.max(line.right, right);
      lines.set(Math.round(bottom), line);
    }
    let first = true;
    for (const line of lines.values()) {
      const y = line.bottom + 2 + 16 * levels[index];
      svg.append(shape("rect", { x: line.left, y, width: Math.max(4, line.right - line.left),
        height: isWrong ? 3 : 2, fill: color }));
      if (first) {
        // Mentions of one entity have its number.
        const name = (label < 0 ? "?" : data.entityLabels[label]) + (clustered ? ` ${number + 1}` : "");
        svg.append(halo(line.left, y + 12, name, color, "start", isWrong));
      }
      first = false;
    }
  });
  relations.forEach(([relation, [head, tail]], index) => {
    const isWrong = wrong[1].has(relation[4]);
    const color = isWrong ? "#c1121f" : "#336655";
    const a = rect(head), b = rect(tail);
    const x1 = (a.left + Math.min(a.right, a.left + 24)) / 2;
    const x2 = (b.left + Math.min(b.right, b.left + 24)) / 2;
    const sameLine = Math.abs(a.top - b.top) < 4;
    const rise = 14 + 15 * Math.min(6, heights[index]);
    // Between two lines of text, an arc begins and ends below the labels of the upper one.
    const up = !sameLine && a.top > b.top;
    const y1 = sameLine || up ? a.top : a.bottom + below;
    const y2 = up ? b.bottom + below : b.top;
    const turn = sameLine ? a.top - rise : (y1 + y2) / 2;
    const path = `M${x1},${y1} C${x1},${turn} ${x2},${turn} ${x2},${y2}`;
    svg.append(shape("path", { d: path, fill: "none", stroke: "#fff", "stroke-width": 4 }));
    svg.append(shape("path", { d: path, fill: "none", stroke: color,
      "stroke-width": isWrong ? 2.2 : 1.2 }));
    svg.append(shape("path", { d: `M${x2},${y2} l-3.5,${up ? 6 : -6} h7 z`, fill: color }));
    const middle = { x: (x1 + x2) / 2, y: 3 + (sameLine ? a.top - 0.75 * rise : turn) };
    const width = Math.min(90, 5.5 * data.relationLabels[relation[0]].length) / 2;
    const x = Math.min(Math.max(middle.x, width), Math.max(width, frame.width - width));
    svg.append(halo(x, middle.y, data.relationLabels[relation[0]], color, "middle", isWrong));
  });
  box.append(svg);
}

function halo(x, y, text, color, anchor, bold) {
  return shape("text", { x, y, fill: color, "text-anchor": anchor, stroke: "#fff",
    "stroke-width": 3, "paint-order": "stroke", "font-weight": bold ? "bold" : "normal" }, text);
}

function listed(text, found) {
  const list = element("ul");
  for (const each of found) {
    const [task] = each;
    if (filters.change) {
      const side = each.slice(2).findIndex(number => number !== null);
      const what = side === 0 ? "annotated" : "wrong";
      list.append(element("li", {}, `${each[1] ? "fixed" : "broken"}: ${what} ` +
        described(text, task, FIRST_SIDE + side, each[2 + side])));
      continue;
    }
    const [, kind, gold, predicted] = each;
    const parts = [];
    if (gold !== null) parts.push(`annotated ${described(text, task, FIRST_SIDE, gold)}`);
    if (predicted !== null)
      parts.push(`predicted ${described(text, task, FIRST_SIDE + 1 + filters.system, predicted)}`);
    list.append(element("li", {}, `${TASKS[task]}, ${data.kinds[kind]}: ${parts.join("; ")}`));
  }
  return list;
}

function card(number, found) {
  const text = data.texts[number];
  const made = element("section", { class: "card" }, element("h3", { dir: "auto" }, text[0]));
  const rows = element("div");
  const fill = whole => {
    const sentences = shownSentences(text, found, whole);
    const sides = [[FIRST_SIDE, "annotated"]];
    data.systems.forEach((name, system) => sides.push(
      [FIRST_SIDE + 1 + system, systems > 1 ? `predicted by ${name}` : "predicted"]));
    rows.replaceChildren(...sides.map(([side, name]) =>
      textRow(text, side, name, sentences, marked(text, side))));
    for (const row of rows.children) if (row.isConnected) row.draw();
    return sentences.length;
  };
  const shown = fill(false);
  made.append(rows, listed(text, found));
  if (shown < sentencesOf(text).length) {
    const button = element("button", { type: "button", class: "link" }, "show the whole text");
    button.addEventListener("click", () => { fill(true); button.remove(); });
    made.append(button);
  }
  made.draw = () => { for (const row of rows.children) row.draw(); };
  return made;
}

function showPage() {
  const pages = Math.max(1, Math.ceil(matches.length / PER_PAGE));
  const shown = matches.slice(page * PER_PAGE, (page + 1) * PER_PAGE);
  byId("cards").replaceChildren(...shown.map(([number, found]) => card(number, found)));
  for (const made of byId("cards").children) made.draw();
  byId("page").textContent = `page ${page + 1} of ${pages}`;
  byId("previous").disabled = page === 0;
  byId("next").disabled = page + 1 >= pages;
}

// Curves

function axis(svg, name, x, y, turned) {
  const attributes = { x, y, "text-anchor": "middle", fill: "#444" };
  if (turned) attributes.transform = `rotate(-90 ${x} ${y})`;
  svg.append(shape("text", attributes, name));
}

function plot(title, xName, yName) {
  const svg = shape("svg", { viewBox: "0 0 340 300", width: 340, role: "img", "aria-label": title });
  svg.append(shape("text", { x: 180, y: 14, "text-anchor": "middle", fill: "#111" }, title));
  for (let i = 0; i <= 5; i++) {
    const x = 45 + 56 * i, y = 250 - 45 * i;
    svg.append(shape("path", { d: `M${x},25 V250 M45,${y} H325`, stroke: "#e4e4e4" }));
    svg.append(shape("text", { x, y: 265, "text-anchor": "middle", fill: "#444" }, (i / 5).toFixed(1)));
    svg.append(shape("text", { x: 38, y: y + 4, "text-anchor": "end", fill: "#444" },
      (i / 5).toFixed(1)));
  }
  axis(svg, xName, 185, 288, false);
  axis(svg, yName, 12, 140, true);
  return svg;
}

const atX = x => 45 + 280 * x;
const atY = y => 250 - 225 * y;
const COLORS = ["#0077bb", "#cc3311"];

function showCurves() {
  const task = byId("curve-task").value, label = byId("curve-label").value;
  const curve = plot("precision and recall", "recall", "precision");
  const bins = plot("reliability (of at least 10 %)", "probability", "share that is right");
  bins.append(shape("path", { d: `M${atX(0)},${atY(0)} L${atX(1)},${atY(1)}`, stroke: "#888",
    "stroke-dasharray": "4 3" }));
  const lines = [];
  curves.forEach((of, system) => {
    const found = of[task] && of[task][label];
    if (!found) return;
    const points = found.points.map(([recall, precision]) => `${atX(recall)},${atY(precision)}`);
    curve.append(shape("polyline", { points: points.join(" "), fill: "none",
      stroke: COLORS[system], "stroke-width": 2 }));
    const middle = found.bins.map(bin => `${atX(bin.probability)},${atY(bin.precision)}`);
    bins.append(shape("polyline", { points: middle.join(" "), fill: "none",
      stroke: COLORS[system], "stroke-width": 1.5 }));
    for (const bin of found.bins) {
      const dot = shape("circle", { cx: atX(bin.probability), cy: atY(bin.precision),
        r: Math.min(9, 2 + Math.sqrt(bin.count) / 4), fill: COLORS[system], "fill-opacity": 0.6 });
      dot.append(shape("title", {}, `${bin.count} items`));
      bins.append(dot);
    }
    const name = systems > 1 ? `${data.systems[system]}: ` : "";
    lines.push(element("p", { style: `color: ${COLORS[system]}` },
      `${name}${found.gold.toLocaleString("en")} annotated; average precision ` +
      `${(100 * found.average_precision).toFixed(1)} %; expected calibration error ` +
      `${(100 * found.calibration_error).toFixed(1)} %`));
  });
  byId("curves").replaceChildren(curve, bins);
  byId("curve-numbers").replaceChildren(...lines);
}

function showCurveLabels() {
  const task = byId("curve-task").value;
  const names = [...new Set(curves.flatMap(of => Object.keys(of[task] || {})))];
  byId("curve-label").replaceChildren(...names.map(name => element("option", { value: name }, name)));
  showCurves();
}

const curves = data.curves;
if (byId("curve-task")) {
  byId("curve-task").addEventListener("change", showCurveLabels);
  byId("curve-label").addEventListener("change", showCurves);
  showCurveLabels();
}

// Suspects

if (byId("save-suspects")) byId("save-suspects").addEventListener("click", () => {
  const lines = data.suspects.map(suspect => JSON.stringify(suspect)).join("\n") + "\n";
  const link = element("a", { download: "suspects.jsonl",
    href: URL.createObjectURL(new Blob([lines], { type: "application/jsonl" })) });
  link.click();
  URL.revokeObjectURL(link.href);
});

// Start

for (const [number, kind] of data.kinds.entries())
  if (kind !== "correct") byId("filter-kind").append(element("option", { value: number }, kind));
for (const key of ["system", "task", "kind"])
  if (byId(`filter-${key}`)) byId(`filter-${key}`).addEventListener(
    "change", event => setFilters({ [key]: Number(event.target.value) }));
for (const key of ["gold", "predicted", "change"])
  if (byId(`filter-${key}`)) byId(`filter-${key}`).addEventListener(
    "change", event => setFilters({ [key]: event.target.value }));
let waiting;
byId("filter-search").addEventListener("input", event => {
  clearTimeout(waiting);
  waiting = setTimeout(() => setFilters({ search: event.target.value }), 150);
});
byId("reset").addEventListener("click", () => {
  byId("filter-search").value = "";
  setFilters({ system: 0, task: -1, kind: -1, gold: "", predicted: "", change: "", search: "" });
});
for (const button of document.querySelectorAll("button[data-kind]"))
  button.addEventListener("click", () => {
    setFilters({ system: Number(button.dataset.system), task: TASKS.indexOf(button.dataset.task),
      kind: data.kinds.indexOf(button.dataset.kind), gold: button.dataset.gold || "",
      predicted: button.dataset.predicted || "", change: "" });
    byId("examples").scrollIntoView();
  });
for (const button of document.querySelectorAll("button[data-change]"))
  button.addEventListener("click", () => {
    setFilters({ task: TASKS.indexOf(button.dataset.task), kind: -1, gold: "", predicted: "",
      change: button.dataset.change });
    byId("examples").scrollIntoView();
  });
byId("previous").addEventListener("click", () => { page--; showPage(); });
byId("next").addEventListener("click", () => { page++; showPage(); });
let resizing;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { for (const made of byId("cards").children) made.draw(); }, 100);
});
setFilters({});
