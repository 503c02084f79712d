"""Reference values for crates/core/src/statistics/tests.rs, from implementations that are not ours.

    python3 -m venv .venv && .venv/bin/pip install statsmodels==0.15.0 scipy==1.17.1 numpy==2.4.6
    .venv/bin/python crates/core/tests/data/statistics.py

It prints the tables of the tests as Rust; put them in place of those that stand there. Levels are counted from the worst.
"""

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep, power_proportions_2indep, proportion_confint, test_proportions_2indep,
)


def rust(name, source, kind, rows):
    print(f"    // {source}")
    print(f"    const {name}: [{kind}; {len(rows)}] = [")
    for row in rows:
        print(f"        ({', '.join(str(cell) if isinstance(cell, (int, str)) else number(cell) for cell in row)}),")
    print("    ];\n")


def number(value):
    text = f"{float(value):.12g}"
    return text if any(mark in text for mark in ".e") else text + ".0"


def counts(levels):
    return f"&[{', '.join(map(str, levels))}]"


def sample(levels, values):
    return np.repeat(np.asarray(values, dtype=float), levels)


print(f"// statsmodels {statsmodels.__version__}, scipy {scipy.__version__}, numpy {np.__version__}\n")

# One proportion.
rows = []
for count, of in [(81, 263), (15, 148), (0, 20), (1, 29), (20, 20), (3, 5), (1, 1), (812, 1000), (149_999, 150_000)]:
    low, high = proportion_confint(count, of, alpha=0.05, method="wilson")
    rows.append((count, of, 100 * low, 100 * high))
rust("WILSON", 'statsmodels: 100 × proportion_confint(count, of, method="wilson")', "(u64, u64, f64, f64)", rows)

# Two proportions: before, after.
pairs = [
    (48, 80, 56, 70), (3, 10, 9, 10), (2, 7, 6, 7), (0, 29, 5, 56), (0, 20, 0, 10), (0, 10, 0, 10), (0, 20, 10, 10),
    (0, 10, 10, 10), (812, 1000, 790, 930), (70_000, 75_000, 70_200, 75_000), (5, 9, 4, 9), (1, 40, 9, 45),
]
rows = []
for a, m, b, n in pairs:
    low, high = confint_proportions_2indep(b, n, a, m, compare="diff", method="newcomb", alpha=0.05)
    rows.append((a, m, b, n, 100 * low, 100 * high))
rust(
    "NEWCOMBE",
    'statsmodels: 100 × confint_proportions_2indep(after…, before…, compare="diff", method="newcomb")',
    "(u64, u64, u64, u64, f64, f64)",
    rows,
)

rows = []
for a, m, b, n in [(48, 80, 56, 70), (3, 10, 9, 10), (2, 7, 6, 7), (0, 29, 5, 56), (812, 1000, 790, 930), (1, 40, 9, 45),
                   (70_000, 75_000, 70_200, 75_000), (70_000, 75_000, 72_000, 75_000), (5, 10, 5, 10)]:
    # With correction=True the variance is N/(N − 1) times that of the pooled test: the chi-squared test with N − 1.
    p = test_proportions_2indep(b, n, a, m, value=0, compare="diff", method="score", correction=True).pvalue
    rows.append((a, m, b, n, p))
rust(
    "CHI_SQUARED",
    'statsmodels: test_proportions_2indep(after…, before…, compare="diff", method="score", correction=True).pvalue',
    "(u64, u64, u64, u64, f64)",
    rows,
)

rows = []
for a, m, b, n in [(0, 3, 1, 200), (0, 1, 1, 1), (2, 2, 0, 60), (1, 3, 1, 1000), (0, 400, 1, 2), (3, 3, 0, 3), (1, 9, 8, 10),
                   (4, 30, 11, 27), (1, 10, 8, 10), (2, 11, 7, 11), (3, 17, 9, 17), (13, 40, 22, 40)]:
    rows.append((a, m, b, n, stats.fisher_exact([[a, m - a], [b, n - b]]).pvalue))
rust("FISHER", "scipy: stats.fisher_exact([[hits, misses] before, [hits, misses] after]).pvalue", "(u64, u64, u64, u64, f64)", rows)

# Means with Student's interval.
faces5, faces4, ces = [1, 2, 3, 4, 5], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7]
rows = []
for scale, values, levels in [
    ("Scale::Ces", ces, [3, 1, 4, 10, 22, 31, 17]), ("Scale::Ces", ces, [0, 1, 0, 0, 0, 0, 1]),
    ("Scale::Ces", ces, [1, 0, 0, 2, 0, 0, 1]), ("Scale::Faces5", faces5, [4, 2, 12, 23, 51]),
    ("Scale::Faces4", faces4, [17, 16, 60, 126]), ("Scale::Stars5", faces5, [900, 1_100, 9_000, 41_000, 98_000]),
    ("Scale::Faces5", faces5, [10, 20, 30, 20, 20]), ("Scale::Faces5", faces5, [10, 20, 30, 20, 21]),
]:
    given = sample(levels, values)
    interval = stats.t.interval(0.95, len(given) - 1, loc=given.mean(), scale=stats.sem(given))
    low, high = max(interval[0], float(values[0])), min(interval[1], float(values[-1]))
    rows.append((scale, counts(levels), given.mean(), given.std(ddof=1), low, high))
rust(
    "MEANS",
    "scipy: stats.t.interval(0.95, n − 1, loc=mean, scale=stats.sem(levels)), cut off at the ends of the scale",
    "(Scale, &[u64], f64, f64, f64, f64)",
    rows,
)

rows = []
for scale, levels in [("Scale::Faces5", [4, 2, 12, 23, 51]), ("Scale::Faces4", [17, 16, 60, 126]), ("Scale::Thumbs", [9, 40])]:
    given = sample(levels, np.linspace(0, 100, len(levels)))
    low, high = stats.t.interval(0.95, len(given) - 1, loc=given.mean(), scale=stats.sem(given))
    rows.append((scale, counts(levels), given.mean(), low, high))
rust("HAPPINESS", "scipy: stats.t.interval over np.linspace(0, 100, levels)", "(Scale, &[u64], f64, f64, f64)", rows)

# Distributions.
rows = [(n, stats.t.ppf(0.975, n)) for n in [1, 2, 3, 4, 5, 9, 10, 29, 30, 98, 99, 100, 101, 250, 1_000, 149_999]]
rust("STUDENT", "scipy: stats.t.ppf(0.975, degrees)", "(u64, f64)", rows)
rows = [(z, 2 * stats.norm.sf(z)) for z in [0.0, 1e-6, 0.3, 1.0, 1.959963984540054, 2.5758, 3.5, 3.53, 3.54, 5.0, 8.0, 20.0, 37.0]]
rust("NORMAL", "scipy: 2 × stats.norm.sf(z)", "(f64, f64)", rows)

# Two MOVER intervals: the limits come from scipy, the rule is that of Zou and Donner (2008).
rows = []
for before, after in [([3, 1, 4, 10, 22, 31, 17], [1, 1, 2, 8, 25, 40, 30]), ([2, 2, 2, 2, 2, 2, 2], [0, 0, 1, 1, 1, 2, 9])]:
    ends = []
    for levels in (before, after):
        given = sample(levels, ces)
        low, high = stats.t.interval(0.95, len(given) - 1, loc=given.mean(), scale=stats.sem(given))
        ends.append((given.mean(), max(low, 1), min(high, 7)))
    (x, xl, xu), (y, yl, yu) = ends
    d = y - x
    rows.append((counts(before), counts(after), d, d - np.hypot(y - yl, xu - x), d + np.hypot(yu - y, x - xl)))
rust("MOVER", "scipy: stats.t.interval of each, put together by hand", "(&[u64], &[u64], f64, f64, f64)", rows)

# The adjusted Wald interval of the NPS, over an array of −1, 0 and 1.
rows = []
for levels in [[1, 1, 1, 1, 2, 2, 2, 10, 10, 15, 15], [0, 0, 0, 0, 0, 0, 3, 9, 14, 30, 44], [5, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0]]:
    promoters, detractors, n = sum(levels[9:]), sum(levels[:7]), sum(levels)
    signs = np.array([1.0, -1.0, 0.0])
    weights = np.array([promoters + 0.75, detractors + 0.75, n - promoters - detractors + 1.5])
    middle = np.average(signs, weights=weights)
    half = stats.norm.ppf(0.975) * np.sqrt(np.average((signs - middle) ** 2, weights=weights) / (n + 3))
    rows.append((f"[{', '.join(map(str, levels))}]", 100 * (promoters - detractors) / n, 100 * (middle - half), 100 * (middle + half)))
rust("NPS", "numpy: the weighted mean and variance of −1, 0 and 1 after adding ¾, 1½ and ¾", "([u64; 11], f64, f64, f64)", rows)

# Exact limits of a p-chart.
tail = stats.norm.cdf(-3)
rows = []
for hits, all_, n in [(20, 1_000, 50), (20, 1_000, 10), (20, 1_000, 400), (985, 1_000, 60), (985, 1_000, 3), (1, 2, 5), (1, 2, 9),
                      (3, 1_000, 2_500), (999, 1_000, 5_000)]:
    p = hits / all_
    rows.append((hits, all_, n, int(stats.binom.ppf(tail, n, p)), int(stats.binom.isf(tail, n, p))))
rust("EXACT_LIMITS", "scipy: stats.binom.ppf(Φ(−3), n, p) and stats.binom.isf(Φ(−3), n, p)", "(u64, u64, u64, u64, u64)", rows)

# Quantiles.
rows = []
for values in [[3], [3, 9], [5, 1, 4, 2], [8, 8, 8, 21, 65, 3, 0, 12, 12, 40, 7], list(range(12, 0, -1))]:
    rows.append((counts(values), np.quantile(values, 0.5), np.quantile(values, 0.9)))
rust("QUANTILES", "numpy: np.quantile(values, q), whose default is type 7", "(&[u32], f64, f64)", rows)

# Shrinkage: Kleinman (1973), with his general weights w, here w = n, written as he has them.
rows = []
for points in [
    [(45, 50), (80, 100), (10, 20), (198, 200), (3, 3)], [(8, 10), (16, 20), (24, 30)],
    [(480, 500), (450, 500), (430, 500), (470, 500), (2, 4), (1, 1)],
]:
    x, n = np.array(points, dtype=float).T
    w = n.copy()
    total = w.sum()
    p = (w * x / n).sum() / total
    s = (w * (x / n - p) ** 2).sum()
    a = (w / n * (1 - w / total)).sum()
    gamma = (s - p * (1 - p) * a) / (p * (1 - p) * ((w * (1 - w / total)).sum() - a))
    weight = "f64::INFINITY" if gamma <= 0 else 1 / gamma - 1
    drawn = [p if gamma <= 0 else (x_ + weight * p) / (n_ + weight) for x_, n_ in zip(x, n)]
    rows.append((str(points).replace("[", "&[", 1), 100 * p, weight, "&[" + ", ".join(number(100 * d) for d in drawn) + "]"))
rust("SHRUNK", "numpy: the moments of Kleinman (1973) with general weights", "(&[(u64, u64)], f64, f64, &[f64])", rows)

# Bühlmann and Straub (1970) over single responses: the variances come from numpy, one point at a time.
rows = []
for values, points in [
    (ces, [[3, 1, 4, 10, 22, 31, 17], [0, 0, 1, 2, 5, 9, 8], [9, 8, 7, 7, 7, 5, 2], [0, 0, 0, 0, 1, 0, 1]]),
    (ces, [[1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3]]),
]:
    samples = [sample(levels, values) for levels in points]
    sizes = np.array([len(given) for given in samples])
    means = np.array([given.mean() for given in samples])
    grand = np.concatenate(samples).mean()
    within = sum(((given - given.mean()) ** 2).sum() for given in samples) / (sizes.sum() - len(sizes))
    between = ((sizes * (means - grand) ** 2).sum() - (len(sizes) - 1) * within) / (sizes.sum() - (sizes**2).sum() / sizes.sum())
    weight = "f64::INFINITY" if between <= 0 else within / between
    rows.append((f"&[{', '.join(counts(levels) for levels in points)}]", grand, weight))
rust("CREDIBILITY", "numpy: the moments of Bühlmann and Straub (1970) over single responses", "(&[&[u64]], f64, f64)", rows)

# Laney's sigma of z.
rows = []
for points in [[(12, 50), (15, 50), (8, 50), (10, 50), (4, 50)], [(812, 1000), (700, 900), (930, 1100), (640, 800)]]:
    x, n = np.array(points, dtype=float).T
    p = x.sum() / n.sum()
    z = (x / n - p) / np.sqrt(p * (1 - p) / n)
    rows.append((str(points).replace("[", "&[", 1), np.abs(np.diff(z)).mean() / (2 / np.sqrt(np.pi))))
rust("SPREAD", "numpy: the mean moving range of z / (2/√π)", "(&[(u64, u64)], f64)", rows)

# Power of the test of two proportions: before, m, after, n. statsmodels takes its first sample as the one that counts nobs1.
rows = []
for before, m, after, n in [(0.6, 200, 0.8, 20), (0.6, 200, 0.8, 60), (0.82, 1000, 0.85, 900), (0.3, 80, 0.15, 300), (0.5, 40, 0.5, 70),
                            (0.9, 5, 0.2, 5), (0.02, 400, 0.05, 150)]:
    power = power_proportions_2indep(after - before, before, n, ratio=m / n, alpha=0.05, value=0, return_results=False)
    rows.append((before, m, after, n, power))
rust("POWERS", "statsmodels: power_proportions_2indep(after − before, before, n, ratio=m / n)", "(f64, u64, f64, u64, f64)", rows)
