// What the page holds on to after a day of customers, and with all results on the screen.
import { setTimeout as pause } from 'node:timers/promises';
import { launch, profile } from '../lib/browser.mjs';
import { startCollector } from '../lib/collector.mjs';
import { PATIENCE, drained, fill, openDoor, openKiosk, serveCustomers, visit } from '../lib/kiosk.mjs';
import { pageMegabytes } from '../lib/processes.mjs';

/** What the first customers leave behind is there for good: code that was compiled, caches that were filled. */
const WARM_UP = 100;
/** Until what was sent, settled and let go of is really gone, in ms. */
const SETTLED = 5_000;

const about = 'The private memory of all the browser\'s pages (an empty tab among them) after garbage was collected: script, wasm, workers and what is drawn.';
export const tables = [
  { id: 'memory-day', title: 'Memory after a day of customers', unit: 'MB', limit: { row: 'after the day', most: 100 }, baseline: 'after the first hundred', bar: { row: 'after the day', most: 1.1 }, about: `${about} Customers come one after the other, by the real buttons. No growth is read as at most 1.1, as the soak test has it.` },
  { id: 'memory-results', title: 'Memory with the results on the screen', unit: 'MB', limit: { row: 'Candor', most: 100 }, about: `${about} A page that was just loaded, with the results of all responses.` },
];

const held = async (context, page, folder) => {
  await drained(page);
  await pause(SETTLED);
  const devtools = await context.newCDPSession(page);
  // Twice: what the first round lets go of may be all that holds on to something else.
  for (let times = 0; times < 2; times += 1) await devtools.send('HeapProfiler.collectGarbage');
  await devtools.detach();
  await pause(500);
  return pageMegabytes(folder);
};

// A tablet of its own, and what it was filled with.
const withTablet = async ({ chromium, collector }, work) => {
  const server = await startCollector(collector);
  const { folder, remove } = profile();
  let context;
  try {
    context = await launch(chromium, folder);
    const page = await openKiosk(context, server.origin);
    return await work({ context, page, folder, origin: server.origin });
  } finally {
    await context?.close();
    remove();
    await server.stop();
  }
};

const day = (programs, customers) => withTablet(programs, async ({ context, page, folder }) => {
  await serveCustomers(page, Math.min(WARM_UP, customers));
  const first = await held(context, page, folder);
  await serveCustomers(page, customers);
  return { first, last: await held(context, page, folder) };
});

const results = (programs, { responses, rounds, note }) => withTablet(programs, async ({ context, page, folder, origin }) => {
  await serveCustomers(page, 1);
  await drained(page);
  await fill(page, origin, { responses });
  for (let round = 0; round < rounds; round += 1) {
    await visit(page, origin);
    await openDoor(page);
    await page.waitForFunction((responses) => Number(document.querySelector('[data-testid=headline]')?.dataset.n) >= responses, responses, { timeout: PATIENCE, polling: 200 });
    note(round, 'Candor', { 'memory-results': await held(context, page, folder) });
  }
});

export const run = async ({ chromium, collector, rounds, customers, responses, note }) => {
  const programs = { chromium, collector };
  await results(programs, { responses, rounds, note });
  for (let round = 0; round < rounds; round += 1) {
    const { first, last } = await day(programs, customers);
    note(round, 'after the first hundred', { 'memory-day': first });
    note(round, 'after the day', { 'memory-day': last });
  }
};
