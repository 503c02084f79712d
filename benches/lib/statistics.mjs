// What is made of the rounds of a table. Everything here is pure.

/** The fewest rounds that a page may be written from: below that a median still moves with one bad round. */
export const FEWEST_ROUNDS = 9;

const sorted = (numbers) => numbers.filter(Number.isFinite).sort((a, b) => a - b);

/** The value below which a share of the numbers lies; between two of them in proportion. `NaN` of none. */
export const quantile = (numbers, share) => {
  const all = sorted(numbers);
  if (all.length === 0) return NaN;
  const at = (all.length - 1) * share;
  const [low, high] = [all[Math.floor(at)], all[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
};

export const median = (numbers) => quantile(numbers, 0.5);

/** The median of each round's ratio to the baseline of the same round: what slows a whole round down falls out of it. */
export const ratioTo = (values, baseline) => median(
  // A round that one of the two has missed is null, and would count as nothing at all.
  values.map((value, round) => (value ?? NaN) / (baseline[round] ?? NaN)),
);

/** Whether a ratio keeps to a bar: `{ most }` or `{ least }`. */
export const isWithin = (ratio, { most = Infinity, least = -Infinity }) => ratio <= most && ratio >= least;
