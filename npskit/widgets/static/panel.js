// The controls of a state, beside each other: they tell `change` what somebody chose, and `set` shows a state in them.

const CONFIDENCE_LEVELS = [0.8, 0.9, 0.95, 0.99];

function panelOf({ cube, answers, names, words, change, langs }) {
  const columns = cube.dimensions.filter((dimension) => !dimension.every);
  const lists = new Map(
    columns.map((dimension) => [
      dimension.name,
      levelList(
        dimension,
        names[dimension.name],
        words,
        (places) => change({ selection: [dimension.name, places] }),
        () => answers.available(shown, dimension.name),
      ),
    ]),
  );
  const dates = cube.date < 0 ? null : dateFields(cube.dimensions[cube.date], words, change);
  const split = chooser(
    words.word("explore_split"),
    [["", words.word("explore_no_split")], ...columns.map(({ name, title }) => [name, title])],
    (value) => change({ split: value || null }),
  );
  const compare = chooser(
    words.word("explore_compare"),
    [
      ["", words.word("explore_compare_nobody")],
      ...(dates ? [["before", words.word("explore_compare_before")]] : []),
      ["rest", words.word("explore_compare_rest")],
    ],
    (value) => change({ compare: value || null }),
  );
  const least = numberField(words.word("explore_min_responses"), (value) => change({ min_responses: value }));
  const sure = chooser(words.word("explore_confidence"), [], (value) => change({ confidence_level: Number(value) }));
  const lang = chooser(
    words.word("explore_lang"),
    langs.map((value) => [value, words.word(`explore_lang_${value}`)]),
    (value) => change({ lang: value }),
  );
  let shown = null;

  const filters = folding(
    words.word("explore_filters"),
    ...[...lists.values()].map(({ element }) => element),
    ...(columns.length ? [] : [make("p", { className: "nx-quiet", textContent: words.word("explore_no_columns") })]),
    ...(dates ? dates.elements : []),
  );
  const options = folding(
    words.word("explore_options"),
    ...[columns.length ? split : null, dates && dates.every, compare, least, sure, lang]
      .filter(Boolean)
      .map(({ element }) => element),
  );

  function set(state) {
    shown = state;
    lists.forEach((list, name) => list.set(state.selection[name] || []));
    if (dates) dates.set(state);
    split.set(state.split || "");
    compare.set(state.compare || "");
    least.set(state.min_responses);
    const levels = [...new Set([...CONFIDENCE_LEVELS, state.confidence_level])].sort();
    sure.offer(
      levels.map((level) => [level, words.share(level, Number.isInteger(Math.round(1e4 * level) / 100) ? 0 : 1)]),
    );
    sure.set(state.confidence_level);
    lang.set(state.lang);
  }
  const counted = () => lists.forEach((list) => list.counted());
  return { filters, options, set, counted };
}

// Controls under a heading, which a narrow page folds away.
function folding(title, ...children) {
  return make(
    "details",
    { className: "nx-fold", open: true },
    make("summary", { textContent: title }),
    make("div", {}, ...children),
  );
}

// From and to, as two selects beside the brush, and the period of the trend.
function dateFields({ starts, every: base, units }, words, change) {
  const options = starts.map((iso, place) => [place, words.capital(words.brief(iso, base))]);
  let now = null;
  const pick = (end) => (value) => {
    const range = now ? [...now] : [0, starts.length - 1];
    range[end] = Number(value);
    if (range[0] > range[1]) range[1 - end] = range[end];
    change({ dates: range });
  };
  const field = (title, end) =>
    base === "day" ? dayField(title, starts, pick(end)) : chooser(title, options, pick(end));
  const first = field(words.word("explore_from"), 0);
  const last = field(words.word("explore_to"), 1);
  const every = chooser(
    words.word("explore_every"),
    units.map((unit) => [unit, words.word(`chart_every_${unit}`)]),
    (value) => change({ every: value }),
  );
  const pair = make("div", { className: "nx-pair" }, first.element, last.element);
  const clear = make("button", {
    type: "button",
    className: "nx-link",
    textContent: words.word("explore_all_dates"),
    onclick: () => change({ dates: null }),
  });
  function set(state) {
    now = state.dates;
    first.set(now ? now[0] : 0);
    last.set(now ? now[1] : starts.length - 1);
    clear.hidden = !now;
    pair.classList.toggle("nx-filtered", Boolean(now));
    every.set(state.every);
  }
  return { elements: [pair, clear], every, set };
}
