// What a state means in words, and as the line of Python that gives the same figures.

const MOST_NAMED = 4;

// What is filtered: "shop: Lyon, Nice · March to May 2024".
function filterText(cube, state, names, words) {
  const parts = cube.dimensions.flatMap((dimension) => {
    const places = state.selection[dimension.name];
    if (dimension.every || !places) return [];
    const shown = places.slice(0, MOST_NAMED).map((level) => names[dimension.name][level]);
    const rest = places.length - shown.length;
    const levels =
      rest > 0
        ? words.told("explore_others", rest, { levels: shown.join(", "), k: words.number(rest) })
        : shown.join(", ");
    return [words.word("explore_filter", { column: dimension.spoken[words.lang], levels })];
  });
  const dates = dateText(cube, state.dates, words);
  return [...parts, ...(dates ? [words.capital(dates)] : [])].join(" · ") || words.word("explore_everyone");
}

// A range of the base periods in words.
function dateText(cube, dates, words) {
  if (!dates || cube.date < 0) return "";
  const { starts, every } = cube.dimensions[cube.date];
  const [first, last] = dates.map((place) => words.period(starts[place], every));
  return first === last ? first : words.word("explore_between", { first, last });
}

// Score, interval and responses of a headline in one sentence, also for screen readers.
function headlineText(found, state, words) {
  if (!found.responses) return words.word("explore_nobody");
  const [lower, upper] = words.limits(found.lower, found.upper);
  return words.word("explore_interval", {
    lower,
    upper,
    level: words.share(
      state.confidence_level,
      Number.isInteger(Math.round(1e4 * state.confidence_level) / 100) ? 0 : 1,
    ),
  });
}

// The change against the comparison, or why there is none.
function changeText(found, state, answers, cube, words) {
  if (!state.compare) return "";
  const against =
    state.compare === "rest" ? words.word("explore_against_rest") : beforeText(state, answers, cube, words);
  if (!against)
    return words.word(
      cube.date < 0 ? "explore_no_dates" : state.dates ? "explore_nothing_before" : "explore_choose_dates",
    );
  const all = !state.dates && !Object.keys(state.selection).length;
  if (!found.change)
    return all ? words.word("explore_choose_filter") : words.word("explore_no_other", { other: against });
  const { difference: change, lower, upper } = found.change;
  const [low, high] = words.limits(lower, upper);
  const unclear = state.compare === "rest" ? "explore_difference_unclear" : "explore_change_unclear";
  const key = lower > 0 || upper < 0 ? "explore_change" : unclear;
  return words.word(key, { change: words.amount(change), other: against, lower: low, upper: high });
}

function beforeText(state, answers, cube, words) {
  const range = answers.rangeBefore(state.dates);
  return range ? words.word("explore_against_before", { dates: dateText(cube, range, words) }) : "";
}

// The line of Python: pieces of the payload with what is selected put in.
function codeLine(code, cube, state) {
  if (!code) return "";
  const conditions = cube.dimensions.flatMap((dimension) => {
    const pieces = code.columns[dimension.name];
    const places = dimension.every ? state.dates : state.selection[dimension.name];
    return pieces && places ? [condition(pieces, places, code.either)] : [];
  });
  const rows = conditions.length ? filled(code.filtered, { conditions: conditions.join(code.joint) }) : code.rows;
  const split = state.split === null || !code.columns[state.split] ? "" : code.columns[state.split].by;
  const level = state.confidence_level === 0.95 ? "" : `confidence_level=${state.confidence_level}`;
  return filled(code.verb, { rows, arguments: [split, level].filter(Boolean).join(", ") });
}

// Dates between two literals; levels among a list, or each by a test of its own.
function condition(pieces, places, either) {
  if (pieces.between) return filled(pieces.between, { first: pieces.firsts[places[0]], last: pieces.lasts[places[1]] });
  const tests = pieces.tests ? places.map((level) => pieces.tests[level]) : [];
  const literals = pieces.tests ? [] : places.map((level) => pieces.levels[level]).filter((text) => text !== null);
  if (literals.length) tests.push(filled(pieces.among, { levels: literals.join(", ") }));
  if (!pieces.tests && literals.length < places.length) tests.push(pieces.missing);
  return tests.length > 1 ? `(${tests.join(either)})` : tests[0];
}
const filled = (template, values) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
