// From a state to figures: what every view shows, out of sums that are kept until a filter other than the dates moves.

const MOST_TABLES = 12;
const MOST_LEVELS = 60;

function answersOf(cube) {
  const { date, ratings, categories, shape } = cube;
  const places = date < 0 ? 1 : shape[date];
  const starts = date < 0 ? [] : cube.dimensions[date].starts;
  const calendar = new Map();
  const tables = new Map();
  const levels = new Map();
  let kept = {};
  let whole = null;

  // What the dates do not change: answers by date, and by level of the split and date.
  function prepared(state) {
    const key = JSON.stringify([state.selection, state.split]);
    if (kept.key === key) return kept;
    const axis = axisOf(state.split);
    const rows = axis < 0 ? 1 : shape[axis];
    const { [state.split]: own, ...others } = state.selection;
    const table = remembered(tables, MOST_TABLES, JSON.stringify([others, state.split]), () => tableBy(axis, others));
    kept = {
      key,
      all: dated(rowsOf(table, rows, own), 1, ratings),
      split: axis < 0 ? null : dated(threeOf(table), rows, 3),
    };
    return kept;
  }
  // Answers by level of a column and date under the filters of the others, so that its own filter is a sum of rows.
  function tableBy(axis, others) {
    const axes = [axis, date].filter((at) => at >= 0).sort((a, b) => a - b);
    const table = summed(cube.counts, ratings, keptPlaces(others), axes);
    return axis < 0 || axes[0] === axis ? table : turned(table, places, shape[axis], ratings);
  }
  function rowsOf(table, rows, own) {
    const width = places * ratings;
    const out = new Float64Array(width);
    for (const row of own || Array(rows).keys()) for (let at = 0; at < width; at++) out[at] += table[row * width + at];
    return out;
  }
  function threeOf(table) {
    const out = new Float64Array((table.length / ratings) * 3);
    for (let at = 0; at < table.length; at++) out[Math.floor(at / ratings) * 3 + categories[at % ratings]] += table[at];
    return out;
  }
  const summed = (values, size, filters, axes) => sums(values, size, shape, filters, axes);

  function keptPlaces(selection, ignored) {
    return cube.dimensions.map(({ name, every }) =>
      every || name === ignored || !selection[name] ? null : selection[name],
    );
  }

  const axisOf = (name) => cube.dimensions.findIndex((dimension) => dimension.name === name && !dimension.every);

  // Running totals over the periods beside the sum of everything, which also holds answers without a date.
  function dated(table, rows, size) {
    const total = new Float64Array(rows * size);
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < places * size; at++) total[row * size + (at % size)] += table[row * places * size + at];
    }
    return { ...runningTotals(table, rows, places, size), total };
  }
  const ranged = (running, dates) => (dates && date >= 0 ? between(running, dates[0], dates[1]) : running.total);

  function three(counts) {
    const out = [0, 0, 0];
    counts.forEach((count, rating) => (out[categories[rating]] += count));
    return out;
  }

  function headline(state) {
    const counts = three(ranged(prepared(state).all, state.dates));
    const other = compared(state, counts);
    const found = figures(counts, state);
    const change = other && total(other) ? difference(counts, other, state.confidence_level) : null;
    return { ...found, other, change: change && total(counts) ? change : null };
  }

  // Counts of what the selection is compared with; null when there is nothing of the kind.
  function compared(state, counts) {
    if (state.compare === "rest") {
      whole =
        whole ||
        three(
          summed(
            cube.counts,
            ratings,
            shape.map(() => null),
            [],
          ),
        );
      return whole.map((count, category) => count - counts[category]);
    }
    const before = state.compare === "before" && rangeBefore(state.dates);
    return before ? three(ranged(prepared(state).all, before)) : null;
  }
  function rangeBefore(dates) {
    const start = dates ? 2 * dates[0] - dates[1] - 1 : -1;
    return start >= 0 ? [start, dates[0] - 1] : null;
  }

  function figures(counts, state) {
    const [detractors, passives, promoters] = counts;
    const [lower, upper] = scoreInterval(...counts, state.confidence_level);
    const responses = total(counts);
    return {
      responses,
      detractors,
      passives,
      promoters,
      score: score(...counts),
      lower,
      upper,
      enough: responses >= state.min_responses,
    };
  }
  const total = (counts) => counts[0] + counts[1] + counts[2];

  // First days of longer periods, and the one of them that each own period belongs to.
  function periods(every) {
    if (!calendar.has(every)) {
      const days = starts.map((iso) => periodStart(iso, every));
      const firsts = [...new Set(days)];
      calendar.set(every, { starts: firsts, into: days.map((day) => firsts.indexOf(day)) });
    }
    return calendar.get(every);
  }

  function trendCounts(state) {
    const { starts: firsts, into } = periods(state.every);
    const { totals } = prepared(state).all;
    const out = new Float64Array(firsts.length * 3);
    into.forEach((period, place) => {
      for (let at = 0; at < ratings; at++) {
        out[3 * period + categories[at]] += totals[(place + 1) * ratings + at] - totals[place * ratings + at];
      }
    });
    return out;
  }

  // Readings of all periods, whatever dates are chosen.
  function trend(state) {
    if (!starts.length) return [];
    const counts = trendCounts(state);
    return periods(state.every).starts.map((period, at) => ({
      period,
      ...figures([...counts.subarray(3 * at, 3 * at + 3)], state),
    }));
  }

  // The level from the first to the last period with answers, kept for the next time; null where it could say nothing.
  function trendLevel(state) {
    return remembered(levels, MOST_LEVELS, levelKey(state), () =>
      starts.length ? smoothedTrend(trendCounts(state), state) : null,
    );
  }
  const levelKey = (state) => JSON.stringify([state.selection, state.every, state.confidence_level]);
  const levelKnown = (state) => levels.has(levelKey(state));
  function smoothedTrend(counts, state) {
    const answered = periods(state.every).starts.map((_, at) => total(counts.subarray(3 * at, 3 * at + 3)) > 0);
    const [first, last] = [answered.indexOf(true), answered.lastIndexOf(true)];
    if (last <= first) return null;
    return {
      first,
      ...level(counts.subarray(3 * first, 3 * last + 3), state.every, state.confidence_level, cube.model),
    };
  }

  // A row a level of the split, its own filter ignored.
  function split(state) {
    const found = prepared(state).split;
    if (!found) return [];
    const counts = ranged(found, state.dates);
    const chosen = state.selection[state.split];
    return Array.from({ length: found.rows }, (_, level) => ({
      level,
      chosen: chosen ? chosen.includes(level) : false,
      ...figures([...counts.subarray(3 * level, 3 * level + 3)], state),
    }));
  }

  const distribution = (state) => [...ranged(prepared(state).all, state.dates)];

  // Responses of every level of a column under the other filters.
  function available(state, column) {
    const axis = axisOf(column);
    const filters = keptPlaces(state.selection, column);
    if (date >= 0 && state.dates)
      filters[date] = Array.from({ length: state.dates[1] - state.dates[0] + 1 }, (_, at) => state.dates[0] + at);
    const counts = summed(cube.three, 3, filters, [axis]);
    return Array.from({ length: shape[axis] }, (_, level) => total(counts.subarray(3 * level, 3 * level + 3)));
  }

  return { headline, trend, trendLevel, levelKnown, split, distribution, available, periods, rangeBefore };
}

// A value by its key, worked out once; of too many the oldest is forgotten.
function remembered(known, most, key, made) {
  if (!known.has(key)) {
    if (known.size >= most) known.delete(known.keys().next().value);
    known.set(key, made());
  }
  return known.get(key);
}

// (first, second, size) as (second, first, size).
function turned(table, first, second, size) {
  const out = new Float64Array(table.length);
  for (let a = 0; a < first; a++) {
    for (let b = 0; b < second; b++) {
      for (let at = 0; at < size; at++) out[(b * first + a) * size + at] = table[(a * second + b) * size + at];
    }
  }
  return out;
}

// First day of the period of a day; weeks start on Monday.
function periodStart(iso, every) {
  if (every === "day") return iso;
  const [year, month, date] = iso.split("-").map(Number);
  const two = (value) => String(value).padStart(2, "0");
  if (every === "year") return `${iso.slice(0, 4)}-01-01`;
  if (every === "month") return `${iso.slice(0, 7)}-01`;
  if (every === "quarter") return `${iso.slice(0, 4)}-${two(month - ((month - 1) % 3))}-01`;
  const day = new Date(Date.UTC(year, month - 1, date));
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
