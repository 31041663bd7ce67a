// What a state means in words, and as the line of Python that gives the same figures.

const MOST_NAMED = 4;

// What is filtered: "shop: Lyon, Nice · March to May 2024".
function filterText(cube, state, names, words) {
  const parts = cube.dimensions.flatMap((dimension) => {
    const places = state.selection[dimension.name];
    if (dimension.every || !places) return [];
    const shown = places.slice(0, MOST_NAMED).map((level) => names[dimension.name][level]);
    const rest = places.length - shown.length;
    const more = rest > 0 ? [words.told("explore_more", rest, { k: words.number(rest) })] : [];
    return [words.word("explore_filter", { column: dimension.title, levels: [...shown, ...more].join(", ") })];
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
  return words.word("explore_interval", { lower, upper, level: words.share(state.confidence_level, Number.isInteger(Math.round(1e4 * state.confidence_level) / 100) ? 0 : 1) });
}

// The change against the comparison, or why there is none.
function changeText(found, state, answers, cube, words) {
  if (!state.compare) return "";
  const against = state.compare === "rest" ? words.word("explore_against_rest") : beforeText(state, answers, cube, words);
  if (!against) return words.word(cube.date < 0 ? "explore_no_dates" : state.dates ? "explore_nothing_before" : "explore_choose_dates");
  if (!found.change) return words.word("explore_no_other", { other: against });
  const { difference: change, lower, upper } = found.change;
  const [low, high] = words.limits(lower, upper);
  const key = lower > 0 || upper < 0 ? "explore_change" : "explore_change_unclear";
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
    if (!pieces) return [];
    if (dimension.every) {
      return state.dates ? [pieces.between.replace("{first}", () => pieces.firsts[state.dates[0]]).replace("{last}", () => pieces.lasts[state.dates[1]])] : [];
    }
    const places = state.selection[dimension.name];
    if (!places) return [];
    const literals = places.map((level) => pieces.levels[level]).filter((text) => text !== null);
    const among = literals.length ? pieces.among.replace("{levels}", () => literals.join(", ")) : "";
    const missing = literals.length < places.length ? pieces.missing : "";
    return [among && missing ? `(${among} | ${missing})` : among || missing];
  });
  const rows = conditions.length ? code.filtered.replace("{conditions}", () => conditions.join(" & ")) : code.rows;
  const split = state.split === null ? "" : code.columns[state.split].by;
  const level = state.confidence_level === 0.95 ? "" : `confidence_level=${state.confidence_level}`;
  return `${rows}${code.verb}(${[split, level].filter(Boolean).join(", ")})`;
}
