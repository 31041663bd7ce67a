// The three views: rows and sizes into Vega, never a new layout while something moves.

const ROW = 26;
const MOST_ROWS = 400;
const FIGURE_COLUMNS = 112;
const LETTER =
  "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

// One view in its place; `ready` once Vega has it. Signals and rows are handed over together, drawn once.
async function picture(place, spec) {
  const options = {
    mode: "vega-lite",
    renderer: "canvas",
    actions: false,
    defaultStyle: false,
    tooltip: { theme: "nps" },
  };
  const { view, finalize } = await vegaEmbed(place, spec, options);
  let size = "";
  const sized = (width, height, padding) => {
    const wanted = JSON.stringify([width, height, padding]);
    if (wanted === size) return;
    size = wanted;
    view.width(width).height(height).padding(padding);
  };
  const show = (signals, data) => {
    Object.entries(signals).forEach(([name, value]) => view.signal(name, value));
    Object.entries(data).forEach(([name, rows]) => view.data(name, rows));
    return view.runAsync();
  };
  return { view, sized, show, finalize };
}

// Ends of an axis of scores around [low, high] and where its labels stand.
function niceRange(low, high, ticks) {
  const span = Math.max(high - low, 4);
  const step = [1, 2, 5, 10, 20, 25, 50].find((size) => span / size <= ticks) || 50;
  const marks = [];
  for (let mark = -100; mark <= 100; mark += step)
    if (mark >= low - step / 2 && mark <= high + step / 2) marks.push(mark);
  return { span: [Math.min(low, ...marks), Math.max(high, ...marks)], marks };
}

// Limits of what is drawn; an interval of very few answers would leave the rest of the picture a strip.
function limitsOf(rows, ticks) {
  const answered = rows.filter((row) => row.responses > 0);
  const sizes = answered.map((row) => row.responses).sort((a, b) => a - b);
  const usual = sizes[sizes.length >> 1] || 0;
  const ends = answered.flatMap((row) =>
    row.responses >= usual / 8 ? [row.lower, row.upper, row.score] : [row.score],
  );
  if (!ends.length) return niceRange(-100, 100, ticks);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  // A little room, so that no point stands half outside.
  const room = 0.03 * Math.max(high - low, 4);
  return niceRange(low - room, high + room, ticks);
}

const known = (value) => (value === value ? value : null);

function trendPicture(place, spec, onBrush) {
  let ours = false;
  let drawn = null;
  const made = picture(place, spec).then((pict) => {
    pict.view.addSignalListener("brush", (_, value) => {
      if (!ours) onBrush(value && value.at ? value.at : null);
    });
    return pict;
  });

  // Everything of a state: readings, level and labels.
  async function show({ readings, level: band, every, colors, width }, words) {
    const pict = await made;
    const { span, marks } = limitsOf(readings, 5);
    const biggest = Math.max(60 * Math.min(1, 40 / readings.length), 14);
    const most = readings.reduce((top, row) => Math.max(top, row.responses), 1);
    const levels = band
      ? Array.from(band.level, (value, at) => ({
          at: at + band.first,
          level: value,
          level_lower: band.lower[at],
          level_upper: band.upper[at],
        }))
      : [];
    const rows = readings.map((row, at) => ({
      at,
      score: known(row.score),
      lower: known(row.lower),
      upper: known(row.upper),
      enough: row.enough,
      size: biggest / 5 + (0.8 * biggest * row.responses) / most,
      label: words.capital(words.period(row.period, every)),
      figure: words.points(row.score),
      range: words.range(row.lower, row.upper),
      n: words.number(row.responses),
      ...levelTexts(band, at, words),
    }));
    const { ticks, labels } = periodTicks(
      readings.map((row) => row.period),
      every,
      width,
      words,
    );
    const end = levels.length
      ? [{ ...levels[levels.length - 1], text: words.points(levels[levels.length - 1].level) }]
      : [];
    pict.sized(Math.max(width - 88, 120), 210, { left: 40, right: 48, top: 8, bottom: 40 });
    drawn = readings.length;
    ours = true;
    await pict.show(
      {
        ...colors,
        span,
        marks,
        periods: [-0.5, readings.length - 0.5],
        period_ticks: ticks,
        period_labels: labels,
        reach: Math.max(width / Math.max(readings.length, 1), 3),
        thin: Math.min(1, 40 / readings.length),
      },
      { readings: rows, level: levels, end },
    );
    ours = false;
  }

  // Put the brush around periods, or take it away; what somebody drags is left alone.
  async function brush(range) {
    const pict = await made;
    const width = pict.view.width();
    const at = (place) => (width * place) / Math.max(drawn, 1);
    ours = true;
    pict.view.signal("brush_x", range ? [at(range[0]), at(range[1] + 1)] : []);
    await pict.view.runAsync();
    ours = false;
  }
  return { show, brush, made };
}

function levelTexts(band, at, words) {
  const place = band ? at - band.first : -1;
  if (!band || place < 0 || place >= band.level.length) return { level_figure: "–", level_range: "–" };
  return {
    level_figure: words.points(band.level[place]),
    level_range: words.range(band.lower[place], band.upper[place]),
  };
}

// Few labels on an axis of periods: every so many, counted from a beginning of the calendar, the year below its first.
function periodTicks(periods, every, width, words) {
  const most = Math.max(2, Math.min(12, Math.floor(width / 72)));
  const months = (iso) => Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1;
  const strides = {
    year: [12, 24, 60, 120, 240],
    quarter: [3, 6, 12, 24, 60],
    month: [1, 2, 3, 6, 12, 24, 60],
    week: [1, 2, 3, 6, 12, 24],
    day: [1, 2, 3, 6, 12, 24],
  }[every];
  const begins = (iso) =>
    every !== "day" && every !== "week" ? true : Number(iso.slice(8)) <= (every === "week" ? 7 : 1);
  const all = periods.map((_, at) => at);
  const choices = [
    all,
    ...strides.map((stride) => all.filter((at) => begins(periods[at]) && months(periods[at]) % stride === 0)),
  ];
  const ticks = choices.find((some) => some.length <= most && (some.length > 1 || periods.length < 2)) || [
    0,
    periods.length - 1,
  ];
  const labels = [];
  let year = "";
  for (const at of ticks) {
    const text = words.short(periods[at], every);
    labels[at] = every === "year" || periods[at].slice(0, 4) === year ? text : [text, periods[at].slice(0, 4)];
    year = periods[at].slice(0, 4);
  }
  return { ticks, labels: Array.from(labels, (label) => label || "") };
}

function splitPicture(place, spec, onClick) {
  let widest = null;
  let fixed = null;
  const made = picture(place, spec).then((pict) => {
    pict.view.addEventListener("click", (_, item) => {
      if (item && item.datum && Number.isInteger(item.datum.level)) onClick(item.datum.level);
    });
    return pict;
  });

  // `still` keeps the axis where it is, while something is dragged.
  async function show({ rows, names, overall, colors, width, still }, words) {
    const pict = await made;
    const shown = rows.slice(0, MOST_ROWS);
    if (!still || !fixed) {
      fixed = limitsOf(
        [...shown, ...(overall === overall ? [{ responses: 1, lower: overall, upper: overall, score: overall }] : [])],
        width < 520 ? 4 : 6,
      );
      widest = Math.min(Math.max(60, ...names.map(textWidth)) + 14, Math.max(96, width * 0.4));
    }
    const limit = widest - 14;
    const data = shown.map((row, at) => ({
      row: at,
      top: at - 0.5,
      bottom: at + 0.5,
      level: row.level,
      chosen: row.chosen,
      enough: row.enough,
      score: known(row.score),
      lower: known(row.lower),
      upper: known(row.upper),
      name: cut(names[row.level], limit),
      full: names[row.level],
      figure: words.points(row.score),
      n: words.number(row.responses),
      range: words.range(row.lower, row.upper),
      shares: row.responses ? words.word("chart_three_shares", sharesOf(row, words)) : "–",
    }));
    pict.sized(Math.max(width - widest - FIGURE_COLUMNS, 80), Math.max(shown.length, 1) * ROW, {
      left: widest,
      right: FIGURE_COLUMNS,
      top: 26,
      bottom: 6,
    });
    await pict.show(
      { ...colors, names: widest, ...fixed, rows_span: [Math.max(shown.length, 1) - 0.5, -0.5] },
      { rows: data, overall: overall === overall ? [{ score: overall }] : [] },
    );
  }
  return { show, made };
}

const sharesOf = (row, words) =>
  Object.fromEntries(
    ["detractors", "passives", "promoters"].map((name) => [name, words.share(row[name] / row.responses)]),
  );

const letters = { context: null, widths: new Map() };
function textWidth(text) {
  if (!letters.context) {
    letters.context = document.createElement("canvas").getContext("2d");
    letters.context.font = LETTER;
  }
  if (!letters.widths.has(text)) letters.widths.set(text, letters.context.measureText(text).width);
  return letters.widths.get(text);
}

// A name that fits so many pixels; the whole of it is beside the pointer and in the table.
function cut(text, limit) {
  if (textWidth(text) <= limit) return text;
  const symbols = [...text];
  let [low, high] = [0, symbols.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (letters.context.measureText(symbols.slice(0, middle).join("").trimEnd() + "…").width <= limit) low = middle;
    else high = middle - 1;
  }
  return symbols.slice(0, low).join("").trimEnd() + "…";
}

function ratingsPicture(place, spec) {
  let top = 0;
  const made = picture(place, spec);

  async function show({ counts, labels, categories, enough, colors, width, still }, words) {
    const pict = await made;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const share = counts.map((count) => (total ? count / total : 0));
    const most = Math.max(...share, 0.05);
    top = still ? Math.max(top, most) : most;
    const room = width / counts.length;
    const bars = counts.map((count, at) => ({
      at,
      left: at - 0.42,
      right: at + 0.42,
      share: share[at],
      category: categories[at],
      answer: labels[at],
      n: words.number(count),
      share_text: total && room >= 44 ? words.small(share[at], room >= 56 ? 1 : 0) : "",
      short: total
        ? room >= 44
          ? words.number(count)
          : room >= 34
            ? words.small(share[at], 0)
            : words.number(100 * share[at])
        : "",
    }));
    pict.sized(Math.max(width - 16, 120), 150, { left: 8, right: 8, top: 34, bottom: 54 });
    const parts = [0, 1, 2].flatMap((category) => categoryPart(category, categories, share, words, width));
    await pict.show(
      {
        ...colors,
        places: [-0.5, counts.length - 0.5],
        highest: [0, top],
        weight: enough ? 1 : 0.45,
        rating_ticks: counts.map((_, at) => at),
        rating_labels: labels,
      },
      { bars, categories: parts },
    );
  }
  return { show, made };
}

// The line and the name under the ratings of a category.
function categoryPart(category, categories, share, words, width) {
  const places = categories.flatMap((own, at) => (own === category ? [at] : []));
  if (!places.length) return [];
  const name = words.capital(words.word(["detractors", "passives", "promoters"][category]));
  const part = places.reduce((sum, at) => sum + share[at], 0);
  const [left, right] = [places[0] - 0.42, places[places.length - 1] + 0.42];
  const room = ((right - left) / categories.length) * (width - 16);
  const text = `${name} ${words.share(part)}`;
  return [
    {
      category,
      left,
      right,
      at: (left + right) / 2,
      text: textWidth(text) * 1.12 <= room + 4 ? text : words.share(part),
    },
  ];
}
