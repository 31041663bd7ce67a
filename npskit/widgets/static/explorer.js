// The explorer: one state, moved by controls, brush and clicks; figures from the cube; three pictures and the words.

const DEFAULT_STATE = {
  selection: {},
  dates: null,
  every: "month",
  split: null,
  compare: null,
  min_responses: 10,
  confidence_level: 0.95,
  lang: "en",
};
const KERNEL_EVERY = 150;
const MOST_UNDO = 200;

// Put an explorer into an element. The host is a kernel's side {state, onState, setState, copy}, or null for a page.
async function mount(element, payload, host = null) {
  const cube = { ...(await readCube(payload)), categories: payload.categories, model: payload.model };
  const answers = answersOf(cube);
  let state = checkedState(cube, { ...DEFAULT_STATE, ...payload.state, ...(host ? host.state : {}) });
  const first = checkedState(cube, { ...DEFAULT_STATE, ...payload.state });
  const past = [];
  // Changes that the kernel remembers beyond these.
  let base = host ? host.state.past || 0 : 0;
  let front = null;
  let dragged = null;
  let told = 0;

  function change(patch) {
    const next = merged(cube, state, patch);
    if (same(next, state)) return;
    if (!same({ ...next, lang: state.lang }, state)) remember(state);
    move(next, true);
  }
  // Show a state; while something is dragged the kernel hears of it now and then, and at the end.
  function move(next, final) {
    const before = state;
    state = next;
    const shown = before.lang === next.lang ? front.show(state, !final) : rebuild();
    if (host && (final || performance.now() - told > KERNEL_EVERY)) {
      told = performance.now();
      host.setState({ ...next, past: base + past.length }, final);
    }
    if (!host && final) writeHash(state, first);
    return shown;
  }
  function remember(old) {
    past.push(old);
    if (past.length > MOST_UNDO) past.shift();
  }
  function drag(dates) {
    if (!dragged) dragged = state;
    move({ ...state, dates }, false);
  }
  function drop() {
    const before = dragged;
    dragged = null;
    if (!before) return;
    if (!same(before, state)) remember(before);
    move(state, true);
  }
  const undo = () => past.length && move({ ...past.pop(), lang: state.lang }, true);
  const reset = () => change({ ...first, lang: state.lang });

  function rebuild() {
    if (front) front.close();
    front = frontOf({
      element,
      payload,
      cube,
      answers,
      change,
      drag,
      drop,
      undo,
      reset,
      host,
      canUndo: () => past.length > 0,
    });
    return front.show(state, false);
  }
  if (!host) state = checkedState(cube, { ...state, ...readHash() });
  await rebuild();
  if (host && host.onState) {
    host.onState((given) => {
      const next = checkedState(cube, { ...state, ...given });
      if (dragged) return;
      const depth = given.past === undefined ? base + past.length + 1 : given.past;
      // The kernel took changes back, or made one.
      if (depth < base + past.length) past.length = Math.max(0, depth - base);
      else if (depth > base + past.length && !same({ ...next, lang: state.lang }, state)) remember(state);
      base = Math.max(0, depth - past.length);
      if (same(next, state)) return;
      const relabel = next.lang !== state.lang;
      state = next;
      if (relabel) rebuild();
      else front.show(state, false);
    });
  }
  return {
    get state() {
      return state;
    },
    setState: change,
    undo,
    reset,
    answers,
    cube,
    drawn: () => front.drawn(),
    close: () => front.close(),
  };
}

// A state with parts replaced; a column with no level ticked, or all of them, is not filtered.
function merged(cube, state, patch) {
  const next = { ...state, ...patch };
  if (Array.isArray(patch.selection)) {
    const [column, places] = patch.selection;
    next.selection = { ...state.selection, [column]: places };
  }
  return checkedState(cube, next);
}

// What a page's address or an older state says may not fit this cube; what does not is left out.
function checkedState(cube, given) {
  const state = Object.fromEntries(
    Object.keys(DEFAULT_STATE).map((name) => [name, given[name] === undefined ? DEFAULT_STATE[name] : given[name]]),
  );
  const selection = {};
  cube.dimensions.forEach(({ name, every }, axis) => {
    const places = [...new Set((state.selection && state.selection[name]) || [])]
      .filter((at) => Number.isInteger(at) && at >= 0 && at < cube.shape[axis])
      .sort((a, b) => a - b);
    if (!every && places.length && places.length < cube.shape[axis]) selection[name] = places;
  });
  const date = cube.date < 0 ? null : cube.dimensions[cube.date];
  const dates =
    date &&
    Array.isArray(state.dates) &&
    state.dates.every((at) => Number.isInteger(at) && at >= 0 && at < date.starts.length)
      ? [Math.min(...state.dates), Math.max(...state.dates)]
      : null;
  const columns = cube.dimensions.filter(({ every }) => !every).map(({ name }) => name);
  const sure = Number(state.confidence_level);
  return {
    ...state,
    selection,
    dates,
    every: date ? (date.units.includes(state.every) ? state.every : date.units[0]) : state.every,
    split: columns.includes(state.split) ? state.split : null,
    compare: ["before", "rest"].includes(state.compare) && (date || state.compare === "rest") ? state.compare : null,
    min_responses: Math.max(0, Math.round(Number(state.min_responses)) || 0),
    confidence_level: sure > 0 && sure < 1 ? sure : 0.95,
    lang: state.lang === "fr" ? "fr" : "en",
  };
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A page keeps its state in its own address, so that a view can be linked.
function writeHash(state, first) {
  const changed = Object.fromEntries(Object.entries(state).filter(([name, value]) => !same(value, first[name])));
  const hash = Object.keys(changed).length ? `#${encodeURIComponent(JSON.stringify(changed))}` : "";
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch (error) {
    /* a sandboxed frame has no history */
  }
}
function readHash() {
  try {
    return JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");
  } catch (error) {
    return {};
  }
}
