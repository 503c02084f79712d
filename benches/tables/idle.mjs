// What the attract screen costs a tablet's battery, beside a page on which nothing happens.
import { setTimeout as pause } from 'node:timers/promises';
import { launch, profile } from '../lib/browser.mjs';
import { startCollector } from '../lib/collector.mjs';
import { PATIENCE, keptByServiceWorker, openKiosk, serveCustomers } from '../lib/kiosk.mjs';
import { processorSeconds } from '../lib/processes.mjs';
import { startSite } from '../lib/site.mjs';

const HOUR = 3_600;
/** What a start, an installation and a drawn screen leave to be done is over by then, in ms. */
const SETTLED = 15_000;

export const tables = [{
  id: 'idle', title: 'Battery: processor time of an idle hour', unit: 's of processor time an hour', baseline: 'static page', bar: { row: 'Candor, attract screen', most: 1.5 },
  about: 'All processes of the browser, on the hand-written page and on Candor\'s attract screen after one customer, in two browsers side by side. A round looks at the part of an hour that the size says (`idle_seconds`) and multiplies: what Candor does once an hour or once a day is in it only by chance.',
}];

const openStatic = async (context, origin) => {
  const page = await context.newPage();
  await page.goto(`${origin}/pages/hand-written/`);
};

const openAttract = async (context, origin) => {
  const page = await openKiosk(context, origin);
  await serveCustomers(page, 1);
  await keptByServiceWorker(page);
  await page.waitForSelector('[data-testid=attract]', { timeout: PATIENCE });
};

// Both are made ready, and then watched over the same time: what else the machine does meanwhile, it does to both.
const watch = async (chromium, pages, seconds) => {
  const opened = [];
  try {
    for (const { row, open, origin } of pages) {
      const { folder, remove } = profile();
      opened.push({ row, folder, remove, context: await launch(chromium, folder), open, origin });
    }
    await Promise.all(opened.map(({ context, open, origin }) => open(context, origin)));
    await pause(SETTLED);
    const before = opened.map(({ folder }) => processorSeconds(folder));
    await pause(seconds * 1_000);
    return opened.map(({ row, folder }, place) => ({ row, seconds: (processorSeconds(folder) - before[place]) * HOUR / seconds }));
  } finally {
    for (const { context, remove } of opened) {
      await context.close();
      remove();
    }
  }
};

export const run = async ({ chromium, collector, rounds, idleSeconds, note }) => {
  const [site, server] = await Promise.all([startSite(), startCollector(collector)]);
  const pages = [
    { row: 'static page', open: openStatic, origin: site.origin },
    { row: 'Candor, attract screen', open: openAttract, origin: server.origin },
  ];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const { row, seconds } of await watch(chromium, pages, idleSeconds)) note(round, row, { idle: seconds });
    }
  } finally {
    site.stop();
    await server.stop();
  }
};
