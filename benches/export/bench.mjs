// Exports of 150,000 ratings, ours and the peers' in turns, in one run on one machine. `node bench.mjs --help` says how.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { fill } from './fill.mjs';
import { peers } from './peers.mjs';
import { serve } from './server.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    dist: { type: 'string', default: join(HERE, '../../dist') },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    responses: { type: 'string', default: '150000' },
    rounds: { type: 'string', default: '9' },
    'xlsx-rounds': { type: 'string', default: '5' },
    keep: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log('node bench.mjs [--dist DIST] [--chromium PROGRAM] [--responses N] [--rounds N] [--xlsx-rounds N] [--keep FOLDER]\n\nNeeds a release build in DIST, and npm ci here. --keep leaves the last files in FOLDER.');
  process.exit(0);
}

const say = (...words) => console.error(...words);
const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

const server = await serve(resolve(options.dist), join(HERE, 'node_modules'));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: options.chromium, args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', serviceWorkers: 'block', acceptDownloads: true });
const by = (page, id) => page.locator(`[data-testid="${id}"]`);

// A first tap makes the database, and the door its first events.
const page = await context.newPage();
page.on('pageerror', (fault) => say('page:', fault.message));
await page.addInitScript(() => { delete Window.prototype.showSaveFilePicker; delete window.showSaveFilePicker; });
await page.goto(origin);
await page.waitForSelector('[data-ready]');
await by(page, 'rate-5').click();
await page.waitForTimeout(1_000);
say('recorded:', await page.evaluate(`(${fill})(${JSON.stringify({ responses: Number(options.responses), days: 365 })})`));

await page.goto(origin);
await page.waitForSelector('[data-ready]');
for (let n = 0; n < 5; n++) await by(page, 'manager-door').click({ delay: 5 });
await by(page, 'pin').fill('482915');
await by(page, 'pin-again').fill('482915');
await by(page, 'unlock').click();
await by(page, 'export-open').waitFor({ timeout: 300_000 });
await by(page, 'export-open').click();
// What is still drawn is none of the export's.
await page.waitForTimeout(3_000);

const other = await context.newPage();
await other.goto(`${origin}/bench/`);
await other.evaluate(peers);

const ours = async (format) => {
  await by(page, `export-${format}`).check();
  const download = page.waitForEvent('download');
  await page.evaluate(() => {
    window.long = [];
    window.watcher?.disconnect();
    window.watcher = new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration)));
    window.watcher.observe({ type: 'longtask' });
    document.querySelector('[data-testid=export-save]').addEventListener('click', () => { window.began = performance.now(); }, { once: true });
    // The file is handed over by a click on a link of its own.
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () { window.handed = performance.now(); HTMLAnchorElement.prototype.click = click; return click.call(this); };
  });
  await by(page, 'export-save').click();
  const file = await download;
  await page.waitForSelector('[data-testid=export-result][data-ok=true]', { timeout: 120_000 });
  const told = await page.evaluate(() => ({ whole: window.handed - window.began, long: window.long, said: document.querySelector('[data-testid=export-result]').textContent }));
  if (options.keep) {
    mkdirSync(options.keep, { recursive: true });
    await file.saveAs(join(options.keep, `export.${format}`));
  }
  return told;
};

const results = {};
const note = (name, figures) => {
  (results[name] ??= []).push(figures);
  say(name, JSON.stringify(figures));
};
for (let round = 0; round < Number(options.rounds); round++) {
  note('Candor CSV', await ours('csv'));
  note('papaparse', await other.evaluate(() => window.peer('papaparse')));
  if (round < Number(options['xlsx-rounds'])) {
    note('Candor XLSX', await ours('xlsx'));
    note('SheetJS', await other.evaluate(() => window.peer('SheetJS')).catch((fault) => ({ failed: String(fault).slice(0, 200) })));
  }
}
const table = Object.entries(results).map(([name, rounds]) => {
  const of = (part) => {
    const known = rounds.map(part).filter(Number.isFinite);
    return known.length ? Math.round(median(known)) : '—';
  };
  return { name, rounds: rounds.length, 'whole ms': of(({ whole, read, write }) => whole ?? read + write), 'writing alone ms': of(({ write }) => write), 'longest task ms': of(({ long }) => (long ? Math.max(0, ...long) : NaN)), failed: rounds.filter(({ failed }) => failed).length };
});
console.table(table);
if (options.keep) writeFileSync(join(options.keep, 'results.json'), JSON.stringify(results, null, 1));
await browser.close();
server.close();
