// What is seen of an explorer: headline, pictures, tables, and the order in which they are brought up to date.

function frontOf({ element, payload, cube, answers, change, drag, drop, undo, reset, host, canUndo }) {
  const langs = Object.keys(payload.specs);
  let state = null;
  let words = null;
  let frame = 0;
  let settled = Promise.resolve();
  let closed = false;
  let levelTimer = 0;
  let levelled = Promise.resolve();
  let order = "given";
  let brushed = "";
  const parts = {};
  let band = null;

  function build() {
    words = wordsOf(payload.words, state.lang);
    const names = Object.fromEntries(
      cube.dimensions.filter(({ every }) => !every).map(({ name, levels }) => [name, levels[state.lang]]),
    );
    const panel = panelOf({ cube, answers, names, words, change, langs });
    Object.assign(parts, { names, panel }, headParts(words, payload, undo, reset), cards(words, cube));
    const spec = payload.specs[state.lang];
    if (cube.date >= 0) parts.trend = trendPicture(parts.trendPlace, spec.trend, brushMoved);
    if (parts.splitPlace) parts.split = splitPicture(parts.splitPlace, spec.split, clicked);
    parts.ratings = ratingsPicture(parts.ratingsPlace, spec.ratings);
    parts.copy.addEventListener("click", copied);
    parts.order.select.addEventListener("change", () => {
      order = parts.order.select.value;
      draw(false);
    });
    parts.order.set(order);
    [parts.splitTable, parts.trendTable].forEach(({ details }) => details.addEventListener("toggle", () => tables()));
    parts.wide = undefined;
    layOut(element, parts, payload, words);
    element.lang = state.lang;
    observer.observe(parts.body);
  }

  const observer = new ResizeObserver(() => {
    if (!state || !parts.body) return;
    if (element.clientWidth) fold(element, parts);
    schedule(false);
  });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const recolored = () => schedule(false);
  scheme.addEventListener("change", recolored);
  const themed = new MutationObserver(recolored);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  const released = () => setTimeout(drop, 0);
  addEventListener("pointerup", released);
  addEventListener("pointercancel", released);

  // Periods under the brush, as periods of the cube.
  function brushMoved(range) {
    const { into, starts } = answers.periods(state.every);
    brushed = "";
    if (!range) {
      return state.dates ? drag(null) : undefined;
    }
    const inside = [Math.ceil(Math.min(...range)), Math.floor(Math.max(...range))];
    if (inside[0] > inside[1]) inside[0] = inside[1] = Math.round((range[0] + range[1]) / 2);
    const [low, high] = inside.map((at) => Math.max(0, Math.min(starts.length - 1, at)));
    const dates = [into.indexOf(low), into.lastIndexOf(high)];
    if (!state.dates || state.dates[0] !== dates[0] || state.dates[1] !== dates[1]) drag(dates);
  }
  function clicked(level) {
    const chosen = state.selection[state.split] || [];
    change({
      selection: [state.split, chosen.includes(level) ? chosen.filter((at) => at !== level) : [...chosen, level]],
    });
  }

  function show(next, dragging) {
    const relabel = !state || state.lang !== next.lang;
    state = next;
    if (relabel) build();
    parts.panel.set(state);
    return schedule(dragging);
  }
  // At most one drawing a frame; what is asked for meanwhile is drawn in the next.
  function schedule(dragging) {
    if (!frame && !closed) {
      settled = new Promise((resolve) => {
        frame = requestAnimationFrame(() => {
          frame = 0;
          draw(dragging).then(resolve);
        });
      });
    }
    return settled;
  }

  async function draw(dragging) {
    if (closed || !element.isConnected) return;
    const style = getComputedStyle(element);
    const colors = { ink: style.color, accent: style.getPropertyValue("--nx-accent").trim() };
    const found = answers.headline(state);
    showHeadline(parts, found, state, answers, cube, words);
    parts.undo.disabled = !canUndo();
    const showing = [drawRatings(found, colors, dragging), drawSplit(found, colors, dragging)];
    if (!dragging) showing.push(drawTrend(colors));
    await Promise.all(showing);
    if (dragging) return;
    texts();
    tables();
    parts.panel.counted();
  }
  function texts() {
    parts.filtered.textContent = filterText(cube, state, parts.names, words);
    const asked = state;
    const line = host && host.code ? host.code(state) : codeLine(payload.code, cube, state);
    Promise.resolve(line).then((text) => {
      if (asked !== state) return;
      parts.code.textContent = text;
      parts.codeCard.hidden = !text;
    });
  }

  function drawRatings(found, colors, still) {
    const labels = payload.ratings.map((rating) =>
      typeof rating === "string" ? words.word(rating) : words.number(rating),
    );
    // The picture leaves out the word of a narrow category; it is told all the same.
    const told = found.responses ? words.word("chart_three_shares", sharesOf(found, words)) : "";
    const label = [words.word("explore_ratings_title"), told].filter(Boolean).join(" · ");
    parts.ratingsPlace.setAttribute("aria-label", label);
    return parts.ratings.show(
      {
        counts: answers.distribution(state),
        labels,
        categories: cube.categories,
        enough: found.enough,
        colors,
        width: parts.ratingsPlace.clientWidth,
        still,
      },
      words,
    );
  }
  function sorted() {
    const rows = answers.split(state);
    return order === "score"
      ? [...rows].sort((a, b) => (b.score === b.score) - (a.score === a.score) || b.score - a.score)
      : rows;
  }
  function drawSplit(found, colors, still) {
    if (!parts.split) return null;
    const rows = sorted();
    parts.splitTitle.textContent = splitTitle();
    parts.splitScroll.hidden = !rows.length;
    if (!rows.length) parts.splitMore.hidden = true;
    parts.splitHint.textContent = splitHint(rows);
    if (!rows.length) return null;
    const width = parts.splitPlace.clientWidth;
    const shown = parts.split.show(
      { rows, names: parts.names[state.split], overall: found.score, colors, width, still },
      words,
    );
    return still
      ? shown
      : shown.then(() => showMore(parts, Math.min(rows.length, MOST_ROWS), parts.splitTitle.textContent, words));
  }
  const dimensionOf = (name) => cube.dimensions.find((dimension) => dimension.name === name);
  const splitTitle = () =>
    state.split
      ? words.word("explore_split_title", { column: dimensionOf(state.split).spoken[words.lang] })
      : words.word("explore_split");
  function splitHint(rows) {
    if (!rows.length) return words.word("explore_choose_split");
    const few = rows.filter((row) => row.responses && !row.enough).length;
    const more =
      rows.length > MOST_ROWS
        ? words.word("explore_most_rows", { shown: words.number(MOST_ROWS), k: words.number(rows.length) })
        : "";
    return [
      words.word("explore_click_hint"),
      few ? words.word("explore_greyed", { n: words.number(state.min_responses) }) : "",
      more,
    ]
      .filter(Boolean)
      .join(" ");
  }

  async function drawTrend(colors) {
    if (!parts.trend) return;
    const readings = answers.trend(state);
    const width = parts.trendPlace.clientWidth;
    const show = () =>
      parts.trend.show(
        { readings, level: band && band.every === state.every ? band.level : null, every: state.every, colors, width },
        words,
      );
    clearTimeout(levelTimer);
    // The level takes longer than a frame: the readings come first, and until then the level of before stays.
    const smooth = () => (band = { every: state.every, level: answers.trendLevel(state) });
    const late = !answers.levelKnown(state);
    if (!late) smooth();
    await show();
    await placeBrush(width);
    if (late)
      levelled = new Promise(
        (resolve) =>
          (levelTimer = setTimeout(() => {
            smooth();
            show().then(resolve);
          }, 0)),
      );
  }
  async function placeBrush(width) {
    const key = JSON.stringify([state.dates, state.every, width]);
    if (key === brushed) return;
    brushed = key;
    const { into } = answers.periods(state.every);
    await parts.trend.brush(state.dates && state.dates.map((place) => into[place]));
  }

  // Tables are written where somebody looks.
  function tables() {
    const heads = ["responses", "detractors", "passives", "promoters", "score", "chart_interval"].map((key) =>
      words.capital(words.word(key)),
    );
    const cells = (row) => [
      ...["responses", "detractors", "passives", "promoters"].map((name) => words.number(row[name])),
      words.points(row.score, 1),
      words.range(row.lower, row.upper),
    ];
    if (parts.splitTable && parts.splitTable.details.open && state.split) {
      const rows = sorted();
      fillTable(
        parts.splitTable.table,
        splitTitle(),
        [dimensionOf(state.split).question || dimensionOf(state.split).title, ...heads],
        rows.map((row) => [parts.names[state.split][row.level], ...cells(row)]),
        rows.map((row) => !row.enough),
      );
    }
    if (parts.trendTable.details.open && cube.date >= 0) {
      const rows = answers.trend(state);
      fillTable(
        parts.trendTable.table,
        words.word("explore_trend_title"),
        [words.capital(words.word("chart_period")), ...heads],
        rows.map((row) => [words.capital(words.period(row.period, state.every)), ...cells(row)]),
        rows.map((row) => !row.enough),
      );
    }
  }

  async function copied() {
    const text = parts.code.textContent;
    const done = host && host.copy ? await host.copy(text) : await copyText(text, parts.code);
    parts.copy.textContent = words.word(done === false ? "explore_copy_failed" : "explore_copied");
    setTimeout(() => (parts.copy.textContent = words.word("explore_copy")), 1500);
  }

  function close() {
    closed = true;
    cancelAnimationFrame(frame);
    clearTimeout(levelTimer);
    observer.disconnect();
    themed.disconnect();
    scheme.removeEventListener("change", recolored);
    removeEventListener("pointerup", released);
    removeEventListener("pointercancel", released);
    ["trend", "split", "ratings"].forEach((name) => parts[name] && parts[name].made.then((pict) => pict.finalize()));
    element.replaceChildren();
  }
  return { show, close, drawn: () => settled.then(() => levelled) };
}

// Through the clipboard, or where that is forbidden, by selecting the text.
async function copyText(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    const range = document.createRange();
    range.selectNodeContents(place);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
