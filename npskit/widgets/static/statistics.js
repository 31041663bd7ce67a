// A score and how sure it is, by the formulas of npskit.stats.intervals and npskit.stats.comparison.

// Detractors, passives, promoters to points; NaN where nobody answered.
function score(detractors, passives, promoters) {
  const total = detractors + passives + promoters;
  return total > 0 ? (100 * (promoters - detractors)) / total : NaN;
}

// Tango's score interval in points, [lower, upper].
function scoreInterval(detractors, passives, promoters, confidenceLevel) {
  const total = detractors + passives + promoters;
  if (!(total > 0)) return [NaN, NaN];
  const squared = normalQuantile(0.5 + confidenceLevel / 2) ** 2;
  const mean = (promoters - detractors) / total;
  const decided = (promoters + detractors) / total;
  const upper = 100 * upperRoot(mean, decided, total, squared);
  const lower = -100 * upperRoot(-mean, decided, total, squared);
  return [Math.max(-100, Math.min(lower, 100 * mean)), Math.min(100, Math.max(upper, 100 * mean))];
}

// The value above the mean at which the squared score statistic reaches z²: Newton kept in a bracket.
function upperRoot(mean, decided, total, squared) {
  const scale = squared / total;
  let near = mean;
  let far = 1;
  let value = Math.min(mean + Math.sqrt(scale * (Math.max(decided - mean * mean, 0) + scale)), 1);
  for (let step = 0; step < 100; step++) {
    const [variance, slope] = restrictedVariance(value, mean, decided);
    const excess = total * (value - mean) ** 2 - squared * variance;
    if (excess < 0) near = value;
    else far = value;
    const newton = value - excess / (2 * total * (value - mean) - squared * slope);
    const following = newton >= near && newton <= far ? newton : (near + far) / 2;
    const moved = Math.abs(following - value);
    value = following;
    if (!(moved > 1e-13)) break;
  }
  return value;
}

// Variance of one answer, and its slope, at the likeliest shares whose score is `value`.
function restrictedVariance(value, mean, decided) {
  const passives = 1 - decided;
  const linear = decided + value * mean;
  const root = Math.sqrt(Math.max(linear * linear - 4 * value * (mean - value * passives), 0));
  const share = (linear + root) / 2;
  const slope = (mean * (share - 1) + 2 * value * passives) / root;
  return [Math.max(share - value * value, 0), slope - 2 * value];
}

// First minus second with the MOVER interval of the two score intervals; each a list of three counts.
function difference(first, second, confidenceLevel) {
  const [one, two] = [score(...first), score(...second)];
  const [lowerOne, upperOne] = scoreInterval(...first, confidenceLevel);
  const [lowerTwo, upperTwo] = scoreInterval(...second, confidenceLevel);
  const estimate = one - two;
  return {
    difference: estimate,
    lower: estimate - Math.sqrt((one - lowerOne) ** 2 + (upperTwo - two) ** 2),
    upper: estimate + Math.sqrt((upperOne - one) ** 2 + (two - lowerTwo) ** 2),
  };
}

// Quantile of the standard normal: Wichura's algorithm AS 241, Applied Statistics 37 (1988), to 1e-16.
function normalQuantile(probability) {
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(CENTRAL[0], r)) / polynomial(CENTRAL[1], r);
  }
  const r = Math.sqrt(-Math.log(centred < 0 ? probability : 1 - probability));
  const [above, below, shift] = r <= 5 ? [...MIDDLE, 1.6] : [...FAR, 5];
  const size = polynomial(above, r - shift) / polynomial(below, r - shift);
  return centred < 0 ? -size : size;
}

function polynomial(coefficients, x) {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const CENTRAL = [
  [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
    687.1870074920579083, 42.313330701600911252, 1,
  ],
];
const MIDDLE = [
  [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
];
const FAR = [
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
];
