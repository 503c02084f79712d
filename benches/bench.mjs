// Candor and its peers side by side in one run. `node bench.mjs --help` says how.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPeers } from './lib/build.mjs';
import { load, machine, versions } from './lib/machine.mjs';
import { ROOT, WORK } from './lib/places.mjs';
import { Record } from './lib/record.mjs';

/** Each suite makes one or more tables in one run, since what they need is the same. */
const SUITES = ['start', 'storage', 'drain', 'collector', 'memory', 'idle'];

/** How much of everything. `small` shows in minutes that all of it works; only `full` makes figures to be quoted. */
const SIZES = {
  small: { rounds: 2, stored: [0, 1_000, 2_000], taps: 10, queued: [1_000, 2_000], customers: 50, responses: 2_000, batches: 2, idleSeconds: 15 },
  full: { rounds: 9, stored: [0, 10_000, 100_000, 150_000], taps: 40, queued: [10_000, 100_000], customers: 5_000, responses: 150_000, batches: 20, idleSeconds: 120 },
};

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: 'small' },
    only: { type: 'string', default: SUITES.join() },
    rounds: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    collector: { type: 'string', default: join(ROOT, 'target/release/candor-collector') },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (options.help || !SIZES[options.size]) {
  console.log(`node bench.mjs [--size ${Object.keys(SIZES).join('|')}] [--only ${SUITES.join()}] [--rounds N] [--chromium PROGRAM] [--collector PROGRAM] [--out FILE]

Needs npm ci here, Chromium, and a release build of the collector. Without --out a full run goes to docs/benchmarks.json and
a small one to target/benches/benchmarks.json: what a small one finds is no result.`);
  process.exit(options.help ? 0 : 1);
}

const size = { ...SIZES[options.size], ...(options.rounds ? { rounds: Number(options.rounds) } : {}) };
const out = options.out ?? (options.size === 'full' ? join(ROOT, 'docs/benchmarks.json') : join(WORK, 'benchmarks.json'));
const { chromium, collector } = options;

console.error(`${size.rounds} rounds of ${options.only}: ${options.size === 'full' ? 'two to three hours on two cores' : 'some ten minutes'}`);
console.error('building the peers');
await buildPeers();

const read = () => {
  try {
    return JSON.parse(readFileSync(out, 'utf8'));
  } catch {
    return { tables: {} };
  }
};

let failed = 0;
for (const name of options.only.split(',')) {
  const suite = await import(`./tables/${name}.mjs`);
  const began = { when: new Date().toISOString(), load: load() };
  const record = new Record(suite.tables);
  const note = (round, row, figures) => {
    record.note(round, row, figures);
    console.error(name, round + 1, row, figures.fault ?? JSON.stringify(figures));
  };
  try {
    await suite.run({ ...size, chromium, collector, note });
  } catch (fault) {
    failed += 1;
    console.error(`${name} ended early:`, fault);
  }
  // After each suite: an hour's work is not lost by the next one's fault. A table that was not run again keeps its own date.
  const results = read();
  const circumstances = { ...began, load: [began.load, load()], size: options.size, machine: machine(), versions: versions({ chromium, collector }) };
  for (const [id, table] of Object.entries(record.tables())) results.tables[id] = { ...circumstances, ...table };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
}
console.error(`written: ${out}`);
process.exitCode = failed > 0 ? 1 : 0;
