// Writes docs/benchmarks.md from docs/benchmarks.json. Nothing of the page is typed by hand.
//
//     node report.mjs [--results FILE] [--page FILE]   writes the page
//     node report.mjs --check                          fails where the page is not what the results make
//     node report.mjs --few                            writes a page of too few rounds too, and says so on it
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { page, tooFew } from './lib/page.mjs';
import { ROOT } from './lib/places.mjs';
import { FEWEST_ROUNDS } from './lib/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: join(ROOT, 'docs/benchmarks.json') },
    page: { type: 'string', default: join(ROOT, 'docs/benchmarks.md') },
    check: { type: 'boolean' },
    few: { type: 'boolean' },
  },
});

const stop = (words) => {
  console.error(`report: ${words}`);
  process.exit(1);
};

if (!existsSync(options.results)) stop(`${options.results} is missing: BENCH=full make bench writes it`);
const results = JSON.parse(readFileSync(options.results, 'utf8'));
const few = tooFew(results);
if (few.length > 0 && !options.few) {
  stop(`fewer than ${FEWEST_ROUNDS} rounds are no result: ${few.join(', ')}. --few writes the page all the same, and says so on it`);
}
const text = page(results);
if (options.check) {
  const stands = existsSync(options.page) ? readFileSync(options.page, 'utf8') : '';
  if (stands !== text) stop(`${options.page} is not what the results make: node benches/report.mjs writes it`);
} else {
  writeFileSync(options.page, text);
}
console.log(`${options.page}: ${Object.keys(results.tables).length} tables`);
