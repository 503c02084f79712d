// Events that the collector takes a second from fifty tablets at once. The load comes from the collector's own tests
// (`crates/collector/tests/collector/load.rs`), in Rust: a client that is slower than the server would measure itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../lib/places.mjs';

const BASELINE = 'bare loop, a commit a batch';
const about = 'Fifty tablets with one batch of 100 events under way each. The baseline is one connection that puts the same rows into the same table, 100 rows an INSERT, durable before the next; the other loop commits once for all fifty tablets, as the collector may. Client and server share the machine.';

const rates = (database, name) => ({
  id: `collector-${database}`, title: `The collector, ${name}`, unit: 'events a second', isMoreBetter: true, baseline: BASELINE, bar: { row: 'Candor', least: 0.5 }, about,
});
const waits = (database, name) => ({
  id: `collector-${database}-p99`, title: `The collector, ${name}: the slowest of a hundred answers`, unit: 'ms', limit: { row: 'Candor', most: 100 },
  about: 'From the request to the whole receipt, in the same runs.',
});
export const tables = [['sqlite', 'SQLite'], ['postgres', 'PostgreSQL']].flatMap(([id, name]) => [rates(id, name), waits(id, name)]);

const DATABASES = ['sqlite', 'postgres'];

export const run = async ({ rounds, batches, note }) => {
  for (const database of DATABASES) {
    if (database === 'postgres' && !process.env.CANDOR_TEST_POSTGRES) {
      console.error('collector: without CANDOR_TEST_POSTGRES there is no table of PostgreSQL; `scripts/bench.sh` starts a server');
      continue;
    }
    const child = spawn('cargo', ['test', '--release', '-p', 'candor-collector', '--test', 'collector', `load::events_a_second_into_${database}`, '--', '--ignored', '--nocapture'], {
      cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CANDOR_LOAD_ROUNDS: String(rounds), CANDOR_LOAD_BATCHES: String(batches) },
    });
    const ended = once(child, 'exit');
    let told = 0;
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith('load: ')) continue;
      const { row, round, events_per_second: rate, p99_ms: p99 } = JSON.parse(line.slice('load: '.length));
      note(round, row, { [`collector-${database}`]: rate });
      if (p99 !== null) note(round, row, { [`collector-${database}-p99`]: p99 });
      told += 1;
    }
    const [code] = await ended;
    if (code !== 0 || told === 0) throw new Error(`the load on ${database} ended with ${code} after ${told} figures`);
  }
};
