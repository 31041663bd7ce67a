// Every combination of a few columns with its answers, as one typed array. A moved control is a sum over a part of it.

const CATEGORY_COUNT = 3;

// The cube of a payload. Its counts stay in the few bytes they came in; beside them stand the three categories.
async function readCube(payload) {
  const bytes = await inflated(payload.counts);
  const kind = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[payload.width];
  const counts = new kind(bytes.buffer, bytes.byteOffset, bytes.byteLength / payload.width);
  const shape = payload.shape.slice(0, -1);
  const ratings = payload.shape[payload.shape.length - 1];
  const three = byCategory(counts, payload.categories, ratings);
  const date = payload.dimensions.findIndex((dimension) => dimension.every);
  return { dimensions: payload.dimensions, shape, ratings, counts, three, date };
}

// Bytes that were deflated: base64 text of a page, or the buffer of a widget.
async function inflated(packed) {
  const bytes = typeof packed === "string" ? Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)) : packed;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Detractors, passives and promoters of every cell.
function byCategory(counts, categories, ratings) {
  const cells = counts.length / ratings;
  const three = new Uint32Array(cells * CATEGORY_COUNT);
  for (let cell = 0, at = 0; cell < cells; cell++) {
    for (let rating = 0; rating < ratings; rating++, at++)
      three[cell * CATEGORY_COUNT + categories[rating]] += counts[at];
  }
  return three;
}

// Sums by some axes, in the order of the cube; `kept` holds the places kept on each axis, null for all of them.
function sums(values, size, shape, kept, axes) {
  const steps = strides(shape, size);
  const spans = strides(
    axes.map((axis) => shape[axis]),
    size,
  );
  const moves = shape.map((_, axis) => (axes.includes(axis) ? spans[axes.indexOf(axis)] : 0));
  const out = new Float64Array(axes.reduce((product, axis) => product * shape[axis], size));
  const last = shape.length - 1;
  if (last < 0) return out.map((_, rating) => values[rating]);
  // The innermost axis whole: its places lie side by side, and many such blocks go to one target.
  const block = !kept[last] && moves[last] === size ? shape[last] * size : 0;

  function walk(axis, from, to) {
    if (axis === last) return addPlaces(values, out, size, shape[last], kept[last], steps[last], moves[last], from, to);
    if (block && axis === last - 1 && !moves[axis])
      return addBlocks(values, out, block, shape[axis], kept[axis], steps[axis], from, to);
    const places = kept[axis];
    const count = places ? places.length : shape[axis];
    for (let at = 0; at < count; at++) {
      const place = places ? places[at] : at;
      walk(axis + 1, from + place * steps[axis], to + place * moves[axis]);
    }
  }
  walk(0, 0, 0);
  return out;
}

// The innermost axis: all of it side by side, or one place after the other.
function addPlaces(values, out, size, length, places, step, move, from, to) {
  if (!places && move === size) {
    for (let at = 0, end = length * size; at < end; at++) out[to + at] += values[from + at];
    return;
  }
  const count = places ? places.length : length;
  for (let at = 0; at < count; at++) {
    const place = places ? places[at] : at;
    const source = from + place * step;
    const target = to + place * move;
    for (let rating = 0; rating < size; rating++) out[target + rating] += values[source + rating];
  }
}

// Blocks summed into one, four at a time: what is added to is read and written once for all four.
function addBlocks(values, out, block, length, places, step, from, to) {
  const count = places ? places.length : length;
  const start = (at) => from + (places ? places[at] : at) * step;
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    const [a, b, c, d] = [start(at), start(at + 1), start(at + 2), start(at + 3)];
    for (let i = 0; i < block; i++) out[to + i] += values[a + i] + values[b + i] + values[c + i] + values[d + i];
  }
  for (; at < count; at++) {
    const a = start(at);
    for (let i = 0; i < block; i++) out[to + i] += values[a + i];
  }
}

function strides(shape, size) {
  const steps = new Array(shape.length);
  for (let axis = shape.length - 1, step = size; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}

// Running totals along the middle axis of (rows, places, size), with a place of zeros before the first.
function runningTotals(table, rows, places, size) {
  const out = new Float64Array(rows * (places + 1) * size);
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < places; place++) {
      const before = (row * (places + 1) + place) * size;
      for (let at = 0; at < size; at++) {
        out[before + size + at] = out[before + at] + table[(row * places + place) * size + at];
      }
    }
  }
  return { totals: out, rows, places, size };
}

// What lies from the place `first` to the place `last`, of every row: two look-ups a number, however long the range.
function between(running, first, last) {
  const { totals, rows, places, size } = running;
  const out = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const start = (row * (places + 1) + first) * size;
    const stop = (row * (places + 1) + last + 1) * size;
    for (let at = 0; at < size; at++) out[row * size + at] = totals[stop + at] - totals[start + at];
  }
  return out;
}
