// The level behind a series of scores: npskit.stats.trend.level for one series, mixed over the same grid and jumps.
// The numbers of the model are Python's and come with the payload.

const [SUREST, SMALLEST_WEIGHT, TINY] = [60, 1e-5, 1e-300];

// Level and band in points of counts (periods, 3) in a row: {level, lower, upper}, three arrays.
function level(counts, every, confidenceLevel, settings) {
  const periods = counts.length / 3;
  if (!counts.some((count) => count > 0)) {
    return Object.fromEntries(["level", "lower", "upper"].map((name) => [name, new Float64Array(periods).fill(NaN)]));
  }
  const model = levelModel(counts, every, settings);
  const rounds = [[levelRun(model, new Float64Array(periods))]];
  const tried = new Set([rounds[0][0].jumps.join()]);
  while (rounds.length <= settings.most_jumps) {
    const grown = grownSets(model, rounds[rounds.length - 1], tried);
    if (!grown.length) break;
    rounds.push(grown.map((jumps) => levelRun(model, jumps)));
  }
  return bands(weighted(rounds.flat()), periods, confidenceLevel);
}

function levelModel(counts, every, settings) {
  const periods = counts.length / 3;
  const { level: steps, extra: extras, season: strengths, harmonics, jump_sds, pseudo_answers } = settings;
  const { pace, season: length, jump_rates: rates } = settings.periods[every];
  const season = seasonBasis(periods, length, harmonics);
  const seasons = length ? strengths : { values: [0], prior: [1] };
  const points = steps.values.flatMap((value, i) =>
    extras.values.map((extra, j) => ({
      step: i,
      variance: (value * pace) ** 2,
      extra,
      logPrior: Math.log(steps.prior[i] * extras.prior[j]),
    })),
  );
  const n = Float64Array.from({ length: periods }, (_, t) => counts[3 * t] + counts[3 * t + 1] + counts[3 * t + 2]);
  const answer = pooledVariance(counts, settings).map((variance) => 1e4 * variance);
  const columns = [
    Float64Array.from(n, (size, t) => (size > 0 ? (100 * (counts[3 * t + 2] - counts[3 * t])) / size : 0)),
    ...season.columns,
  ];
  const none = 1 - rates.reduce((sum, rate) => sum + rate, 0);
  const logOdds = rates.map((rate) => Math.log(rate / none));
  const variances = jump_sds.map((sd) => sd * sd);
  const open = Array.from(n, (size) => size > 0);
  open[open.indexOf(true)] = false;
  const priors = seasons.values.map((value) => season.sizes.map((size) => (value * size) ** 2));
  const start = pseudo_answers.reduce((sum, part) => sum + part, 0) / answer[0];
  return {
    settings,
    periods,
    points,
    steps: steps.values.length,
    n,
    answer,
    start,
    columns,
    variances,
    logOdds,
    open,
    priors,
    seasonPrior: seasons.prior.map(Math.log),
  };
}

// Cosines and sines of the season and their sizes; a sine that is zero at every whole period is left out.
function seasonBasis(periods, length, harmonics) {
  const turns = length
    ? Array.from({ length: Math.floor(Math.min(harmonics, length / 2)) }, (_, k) => (k + 1) / length)
    : [];
  const waves = [
    ...turns.map((turn, k) => [Math.cos, turn, 1 / (k + 1)]),
    ...turns.map((turn, k) => [Math.sin, turn, 1 / (k + 1)]).filter(([, turn]) => turn < 0.5),
  ];
  return {
    columns: waves.map(([wave, turn]) =>
      Float64Array.from({ length: periods }, (_, t) => wave(2 * Math.PI * turn * t)),
    ),
    sizes: waves.map(([, , size]) => size),
  };
}

// Variance of one answer in each period, from shares pooled over nearby periods.
function pooledVariance(counts, { pooling_half_life, pseudo_answers }) {
  const decay = 0.5 ** (1 / pooling_half_life);
  const periods = counts.length / 3;
  const total = Float64Array.from(counts, (count, at) => pseudo_answers[at % 3] - count);
  for (const order of [(t) => t, (t) => periods - 1 - t]) {
    const sum = [0, 0, 0];
    for (let t = 0; t < periods; t++) {
      for (let k = 0; k < 3; k++) total[3 * order(t) + k] += sum[k] = counts[3 * order(t) + k] + decay * sum[k];
    }
  }
  return Float64Array.from({ length: periods }, (_, t) => {
    const [detractors, passives, promoters] = total.subarray(3 * t, 3 * t + 3);
    const size = detractors + passives + promoters;
    return (promoters + detractors) / size - ((promoters - detractors) / size) ** 2;
  });
}

// One set of jumps at all points of the grid: smoothed columns, season, and the weight of each.
function levelRun(model, jumps) {
  const jumped = jumps.reduce((sum, jump) => sum + (jump ? model.logOdds[model.variances.indexOf(jump)] : 0), 0);
  const at = model.points.map((point) => {
    const weights = model.n.map((n, t) => n / (model.answer[t] + n * point.extra ** 2));
    const found = smoothed(model, weights, point.variance, jumps);
    const seasons = model.priors.map((prior, s) => {
      const fit = regressed(found.gram, prior);
      return { ...fit, logWeight: found.logScale - 0.5 * fit.misfit + point.logPrior + model.seasonPrior[s] + jumped };
    });
    return { ...found, weights, seasons };
  });
  return { jumps, at };
}

// Two-filter smoother of the columns: what the past and the future say of each period, with the innovations' products.
function smoothed(model, weights, variance, jumps) {
  const { periods, columns } = model;
  const past = swept(columns, weights, variance, jumps, model.start, false);
  const future = swept(columns, weights, variance, jumps, 0, true);
  const size = columns.length;
  const gram = new Float64Array(size * size);
  const precision = new Float64Array(periods);
  const mean = columns.map(() => new Float64Array(periods));
  const error = new Float64Array(size);
  let logScale = 0;
  for (let t = 0; t < periods; t++) {
    const [before, own, after] = [past.precision[t], weights[t], future.precision[t]];
    precision[t] = before + own + after;
    for (let c = 0; c < size; c++) {
      mean[c][t] = (before * past.mean[c][t] + own * columns[c][t] + after * future.mean[c][t]) / (precision[t] + TINY);
    }
    const sharpness = before * (own / (before + own + TINY));
    if (!(sharpness > 0)) continue;
    logScale += 0.5 * Math.log(sharpness / (2 * Math.PI));
    for (let c = 0; c < size; c++) error[c] = columns[c][t] - past.mean[c][t];
    for (let c = 0; c < size; c++) for (let d = 0; d < size; d++) gram[c * size + d] += sharpness * error[c] * error[d];
  }
  return { past, future, mean, precision, gram, logScale };
}

// Predict each period from those before it, or those after it.
function swept(columns, weights, variance, jumps, start, backwards) {
  const periods = weights.length;
  const precision = new Float64Array(periods);
  const mean = columns.map(() => new Float64Array(periods));
  const state = new Float64Array(columns.length);
  for (let k = 0, known = 0; k < periods; k++) {
    const t = backwards ? periods - 1 - k : k;
    const jump = backwards ? jumps[t + 1] : jumps[t];
    precision[t] = k === 0 ? start : known / (1 + (variance + jump) * known);
    known = precision[t] + weights[t];
    const gain = weights[t] / (known + TINY);
    for (let c = 0; c < columns.length; c++) {
      mean[c][t] = state[c];
      state[c] += gain * (columns[c][t] - state[c]);
    }
  }
  return { mean, precision };
}

// The season's coefficients, their covariance and what does not fit, for prior variances of the coefficients.
function regressed(gram, prior) {
  const size = prior.length;
  const width = size + 1;
  const cross = prior.map((_, h) => gram[(h + 1) * width]);
  const shrunk = prior.map((own, h) => prior.map((_, k) => (h === k ? 1 : 0) + own * gram[(h + 1) * width + k + 1]));
  const [inverse, determinant] = inverted(shrunk);
  const covariance = inverse.map((row) => row.map((value, k) => value * prior[k]));
  const slopes = covariance.map((row) => row.reduce((sum, value, k) => sum + value * cross[k], 0));
  const explained = slopes.reduce((sum, slope, h) => sum + slope * cross[h], 0);
  return { slopes, covariance, misfit: gram[0] - explained + Math.log(determinant) };
}

// Inverse and determinant of a small matrix whose eigenvalues are at least 1.
function inverted(matrix) {
  const size = matrix.length;
  const rows = matrix.map((row, h) => [...row, ...row.map((_, k) => (h === k ? 1 : 0))]);
  let determinant = 1;
  for (let h = 0; h < size; h++) {
    const pivot = rows[h][h];
    determinant *= pivot;
    for (let k = 0; k < 2 * size; k++) rows[h][k] /= pivot;
    for (let i = 0; i < size; i++) {
      const factor = rows[i][h];
      if (i !== h && factor) for (let k = 0; k < 2 * size; k++) rows[i][k] -= factor * rows[h][k];
    }
  }
  return [rows.map((row) => row.slice(size)), determinant];
}

// Sets with one jump more than the best of a round, where past and future disagree most; none that was tried.
function grownSets(model, round, tried) {
  const totals = round.map((row) => logSum(row.at.flatMap((point) => point.seasons.map((season) => season.logWeight))));
  const best = round[totals.indexOf(Math.max(...totals))];
  const found = jumpOdds(model, best);
  const { least_odds, least_of_best, most_tried } = model.settings;
  const least = Math.max(least_odds, least_of_best * found.reduce((most, one) => Math.max(most, one.odds), 0));
  const sets = [];
  for (const { odds, t, size } of found.sort((a, b) => b.odds - a.odds).slice(0, most_tried)) {
    const jumps = best.jumps.slice();
    jumps[t] = model.variances[size];
    if (odds < least || tried.has(jumps.join())) continue;
    tried.add(jumps.join());
    sets.push(jumps);
  }
  return sets;
}

// Odds of one more jump of each size in each period, at the best point of each step of the level.
function jumpOdds(model, row) {
  const tops = Array.from({ length: model.steps }, (_, step) =>
    row.at
      .filter((_, a) => model.points[a].step === step)
      .flatMap((point) => point.seasons.map((season) => ({ point, season })))
      .reduce((one, other) => (other.season.logWeight > one.season.logWeight ? other : one)),
  );
  const total = logSum(tops.map((top) => top.season.logWeight));
  const found = [];
  for (let t = 0; t < model.periods; t++) {
    if (!model.open[t] || row.jumps[t]) continue;
    const odds = model.variances.map(() => 0);
    for (const { point, season } of tops) {
      const { past, future, weights } = point;
      const [before, after] = [past.precision[t], future.precision[t] + weights[t]];
      const gaps = model.columns.map(
        (column, c) =>
          (future.precision[t] * future.mean[c][t] + weights[t] * column[t]) / (after + TINY) - past.mean[c][t],
      );
      const gap = season.slopes.reduce((sum, slope, h) => sum - slope * gaps[h + 1], gaps[0]);
      model.variances.forEach((variance, k) => {
        const size = before * (after / (before + after + TINY)) * variance;
        const factor = 0.5 * (((gap * gap) / variance) * ((size * size) / (1 + size)) - Math.log1p(size));
        odds[k] += Math.exp(Math.min(factor, SUREST) + season.logWeight - total + model.logOdds[k]);
      });
    }
    odds.forEach((value, size) => found.push({ odds: value, t, size }));
  }
  return found;
}

// The answers that weigh something: weight, mean and sd of the level in every period.
function weighted(rows) {
  const all = rows.flatMap((row) => row.at.flatMap((point) => point.seasons.map((season) => ({ point, season }))));
  const total = logSum(all.map((one) => one.season.logWeight));
  const kept = all.filter((one) => one.season.logWeight - total > Math.log(SMALLEST_WEIGHT));
  const weights = normalised(kept.map((one) => Math.exp(one.season.logWeight - total)));
  return kept.map(({ point, season }, k) => {
    const mean = point.mean[0].slice();
    const sd = point.precision.map((precision, t) => {
      let variance = 1 / (precision + TINY);
      season.slopes.forEach((slope, h) => {
        mean[t] -= slope * point.mean[h + 1][t];
        season.covariance[h].forEach((shared, i) => (variance += shared * point.mean[h + 1][t] * point.mean[i + 1][t]));
      });
      return Math.sqrt(variance);
    });
    return { weight: weights[k], mean, sd };
  });
}

function bands(answers, periods, confidenceLevel) {
  const tail = (1 - confidenceLevel) / 2;
  const clipped = (of) => Float64Array.from({ length: periods }, (_, t) => Math.max(-100, Math.min(100, of(t))));
  return {
    level: clipped((t) => answers.reduce((sum, one) => sum + one.weight * one.mean[t], 0)),
    lower: clipped((t) => mixtureQuantile(answers, t, tail)),
    upper: clipped((t) => mixtureQuantile(answers, t, 1 - tail)),
  };
}

// Quantile of a mixture of normals in one period, by Newton's method between the quantiles of its parts.
function mixtureQuantile(answers, t, probability) {
  const z = normalQuantile(probability);
  let [low, high, place, scale] = [Infinity, -Infinity, 0, 0];
  for (const { weight, mean, sd } of answers) {
    const own = mean[t] + z * sd[t];
    [low, high, place, scale] = [Math.min(low, own), Math.max(high, own), place + weight * own, scale + weight * sd[t]];
  }
  for (let step = 0; step < 60; step++) {
    let [excess, slope] = [-probability, 0];
    for (const { weight, mean, sd } of answers) {
      const [below, density] = normal((place - mean[t]) / sd[t]);
      excess += weight * below;
      slope += (weight * density) / sd[t];
    }
    if (excess < 0) low = place;
    else high = place;
    const newton = place - excess / Math.max(slope, 1e-100);
    const following = newton >= low && newton <= high ? newton : (low + high) / 2;
    const moved = Math.abs(following - place);
    place = following;
    if (moved <= 1e-4 * scale) break;
  }
  return place;
}

// Distribution and density of the standard normal, by Abramowitz and Stegun 26.2.17.
function normal(z) {
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const above =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return [z > 0 ? 1 - above : above, density];
}

function logSum(values) {
  const top = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

function normalised(weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
