// Numbers, dates and sentences in the language of the reader; the words come with the payload.

const MINUS = "\u2212";
const NARROW = "\u202f";
const NO_BREAK = "\u00a0";

function wordsOf(table, lang) {
  const french = lang === "fr";
  const [thousands, decimal] = french ? [NARROW, ","] : [",", "."];

  const word = (key, values = {}) =>
    ((table[key] || {})[lang] || key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const told = (key, count, values) => word((french ? count < 2 : count === 1) ? `${key}_1` : key, values);

  function number(value, digits = 0, sign = false) {
    if (!(Math.abs(value) < Infinity)) return "–";
    const rounded = rounding(value, digits);
    const [whole, part] = Math.abs(rounded).toFixed(digits).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (part ? decimal + part : "");
    return (rounded < 0 ? MINUS : sign && rounded > 0 ? "+" : "") + text;
  }
  const points = (value, digits = 0) => number(value, digits, true);
  const share = (value, digits = 0) =>
    value === value ? number(100 * value, digits) + (french ? NARROW : "") + "%" : "–";
  // A share that is there is never shown as none.
  const small = (value, digits = 1) => {
    const least = 0.01 / 10 ** digits;
    return value > 0 && value < least / 2
      ? `<${share(least, digits)}`
      : share(value, value && value < 0.01 ? digits : 0);
  };
  const responses = (count) => told("n_responses", count, { n: number(count) }).replace(/ /g, NO_BREAK);

  // Both ends of an interval, with the decimals it takes to see that it leaves out 0.
  function limits(lower, upper) {
    const places = upper - lower > 0 && upper - lower < 1 ? 1 : 0;
    return [lower, upper].map((end) => {
      let digits = places;
      while ((lower > 0 || upper < 0) && digits < 3 && !rounding(end, digits)) digits++;
      return points(end, digits);
    });
  }
  function range(lower, upper) {
    if (!(lower <= upper)) return "–";
    const [low, high] = limits(lower, upper);
    return word("range", { lower: low, upper: high });
  }
  // What is shown decides between one point and several.
  function amount(value) {
    const digits = Math.abs(value) < 1 && value ? 1 : 0;
    const shown = Math.abs(rounding(value, digits));
    const unit = word((french ? shown < 2 : shown === 1) ? "point" : "points");
    return `${points(value, digits)}${french ? NO_BREAK : " "}${unit}`;
  }

  const parts = (iso) => iso.split("-").map(Number);
  function day(iso) {
    const [year, month, date] = parts(iso);
    return `${french && date === 1 ? "1er" : date} ${word(`month_${month}`)} ${year}`;
  }
  function period(iso, every) {
    const [year, month] = parts(iso);
    if (every === "year") return String(year);
    if (every === "quarter") return word("chart_quarter", { quarter: Math.ceil(month / 3), year });
    if (every === "month") return `${word(`month_${month}`)} ${year}`;
    return every === "week" ? word("chart_week", { day: day(iso) }) : day(iso);
  }
  function short(iso, every) {
    const [year, month, date] = parts(iso);
    if (every === "year") return String(year);
    if (every === "quarter") return word("chart_quarter_short", { quarter: Math.ceil(month / 3) });
    const name = word(`month_short_${month}`);
    return every === "month" ? name : `${date} ${name}`;
  }
  const brief = (iso, every) => (every === "year" ? iso.slice(0, 4) : `${short(iso, every)} ${iso.slice(0, 4)}`);
  const quoted = (text) => (french ? `«${NARROW}${text}${NARROW}»` : `“${text}”`);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  return {
    lang,
    word,
    told,
    number,
    points,
    share,
    small,
    responses,
    range,
    limits,
    amount,
    day,
    period,
    short,
    brief,
    quoted,
    capital,
  };
}

// To the nearest, a half to the even neighbour as Python does; never a negative zero.
function rounding(value, digits) {
  if (digits) return Number(value.toFixed(digits)) + 0;
  const floor = Math.floor(value);
  const half = value - floor === 0.5;
  return (half ? floor + (floor % 2 ? 1 : 0) : Math.round(value)) + 0;
}
