// The page that the results make, as Markdown. Pure: the same results make the same page.
import { FEWEST_ROUNDS, isWithin, median, quantile, ratioTo } from './statistics.mjs';

const HEAD = `# Benchmarks

Candor and its peers side by side. \`make bench\` runs them and \`benches/report.mjs\` writes this page; nothing here is typed by hand.

Read the ratios, not the absolutes: those are this machine's. Each figure is the median of its rounds, in which all took turns; each ratio is the median of the rounds' own ratios to the baseline of the same round. Between the brackets stand the quarter below and above which a quarter of the rounds lies. What is measured, and why so, stands in [ADR 33](adr/0033-measured-beside-its-peers.md). A bar that is missed is marked **missed**.
`;

/** Three figures are more than any of these measurements knows. */
export const figure = (number) => {
  if (!Number.isFinite(number)) return '–';
  if (number >= 1_000) return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
};

const cell = (text) => String(text).replaceAll('|', '\\|');
const line = (...cells) => `| ${cells.map(cell).join(' | ')} |`;

/** Rounds that all rows of a table have. */
const roundsOf = ({ rows }) => Math.min(...Object.values(rows).map(({ values }) => values.filter(Number.isFinite).length));

/** The tables that were made from too few rounds, by their ids. */
export const tooFew = ({ tables }) => Object.entries(tables).filter(([, table]) => roundsOf(table) < FEWEST_ROUNDS).map(([id]) => id);

const baselineOf = ({ rows, baseline }) => rows[baseline]?.values;

const ratioOf = (table, name) => {
  const baseline = baselineOf(table);
  return baseline ? ratioTo(table.rows[name].values, baseline) : NaN;
};

/** The bars of a table: what each asks, what was measured, and whether it is kept. One that cannot be judged is missed. */
export const verdicts = (table) => {
  const judged = [];
  const asked = ({ most, least }, unit) => (most === undefined ? `≥ ${least}${unit}` : `≤ ${most}${unit}`);
  const judge = (bar, measured, unit) => judged.push({ row: bar.row, asked: asked(bar, unit), measured, isKept: Number.isFinite(measured) && isWithin(measured, bar) });
  if (table.bar) judge(table.bar, table.rows[table.bar.row] ? ratioOf(table, table.bar.row) : NaN, '×');
  if (table.limit) judge(table.limit, table.rows[table.limit.row] ? median(table.rows[table.limit.row].values) : NaN, ` ${table.unit}`);
  return judged;
};

const verdictWords = ({ isKept }) => (isKept ? 'kept' : '**missed**');

const rowsOf = (table) => {
  const hasRatio = baselineOf(table) !== undefined;
  const direction = table.isMoreBetter ? -1 : 1;
  const names = Object.keys(table.rows).sort((a, b) => direction * (median(table.rows[a].values) - median(table.rows[b].values)));
  const head = [line('what', table.unit, ...(hasRatio ? [`of ${table.baseline}`] : [])), `|---|---:|${hasRatio ? '---:|' : ''}`];
  const body = names.map((name) => {
    const { values } = table.rows[name];
    const spread = `${figure(median(values))} (${figure(quantile(values, 0.25))} to ${figure(quantile(values, 0.75))})`;
    return line(name.startsWith('Candor') ? `**${name}**` : name, spread, ...(hasRatio ? [`${figure(ratioOf(table, name))}×`] : []));
  });
  return [...head, ...body];
};

const failuresOf = ({ rows }) => Object.entries(rows).flatMap(([name, { failures = [] }]) => failures.map((failure) => `- ${name}, ${failure}`));

const section = (table) => {
  const rounds = roundsOf(table);
  const judged = verdicts(table).map((bar) => `Bar: ${bar.row}, ${bar.asked}; measured ${figure(bar.measured)}: ${verdictWords(bar)}.`);
  const failures = failuresOf(table);
  const [before, after] = table.load;
  return [
    `## ${table.title}`, '',
    ...(rounds < FEWEST_ROUNDS ? [`> **Not a result:** ${rounds} rounds, fewer than ${FEWEST_ROUNDS}.`, ''] : []),
    ...judged, ...(judged.length > 0 ? [''] : []),
    ...rowsOf(table), '',
    table.about, '',
    `${rounds} rounds, ${table.size} size, ${table.when.slice(0, 10)}, load ${before} to ${after}, Candor ${table.versions.candor}.`, '',
    ...(failures.length > 0 ? ['Failed:', '', ...failures, ''] : []),
  ];
};

const summary = (tables) => [
  '## The bars', '',
  line('what', 'bar', 'measured', ''), '|---|---:|---:|---|',
  ...Object.values(tables).flatMap((table) => verdicts(table).map((bar) => line(table.title, bar.asked, figure(bar.measured), verdictWords(bar)))), '',
];

// Of the newest table: each says the day and the release of its own.
const circumstances = (tables) => {
  const [newest] = Object.values(tables).sort((a, b) => b.when.localeCompare(a.when));
  const { candor, chromium, node, ...peers } = newest.versions;
  const { processor, cores, memory_gib: memory, system } = newest.machine;
  return [
    '## Machine and versions', '',
    `${processor}, ${cores} cores, ${memory} GiB, ${system}. ${chromium}, Node ${node}, Candor ${candor}.`, '',
    `Peers, and what builds them: ${Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(', ')}.`, '',
  ];
};

/** The whole page. */
export const page = ({ tables }) => `${[HEAD, ...summary(tables), ...circumstances(tables), ...Object.values(tables).flatMap(section)].join('\n').trimEnd()}\n`;
