// What the attract screen costs a tablet's battery, beside a page on which nothing happens.
import { setTimeout as pause } from 'node:timers/promises';
import { launch, profile } from '../lib/browser.mjs';
import { startCollector } from '../lib/collector.mjs';
import { PATIENCE, keptByServiceWorker, serveCustomers, visit } from '../lib/kiosk.mjs';
import { countProcessorTime } from '../lib/processes.mjs';
import { startSite } from '../lib/site.mjs';

const HOUR = 3_600;
/** What a start, an installation and a drawn screen leave to be done is over by then, in ms. */
const SETTLED = 15_000;
/** The shortest wait for the attract screen that a survey may have, in s. */
const SOONEST_S = 60;
const TEMPLATE = '**/templates/government.json';

export const tables = [{
  id: 'idle', title: 'Battery: processor time of an idle hour', unit: 's of processor time an hour', baseline: 'static page', bar: { row: 'Candor, attract screen', most: 1.5 },
  about: 'All processes of the browser, on the hand-written page and on Candor\'s attract screen after one customer, in two browsers side by side. A round is two minutes of the full size (15 s of the small one), multiplied to an hour: what Candor does once an hour or once a day is in it only by chance. The rounds follow each other in the same two browsers. Candor\'s survey waits one minute for its attract screen instead of ten.',
}];

const openStatic = async (context, origin) => {
  const page = await context.newPage();
  await page.goto(`${origin}/pages/hand-written/`);
};

// The survey as it is, but for the ten minutes after which nobody is thought to come any more.
const hasten = async (route) => {
  const answer = await route.fetch();
  const survey = await answer.json();
  await route.fulfill({ response: answer, json: { ...survey, timeouts: { ...survey.timeouts, attract_s: SOONEST_S } } });
};

const openAttract = async (context, origin) => {
  const page = await context.newPage();
  // Of the page alone: the service worker takes no file that is not as it was built.
  await page.route(TEMPLATE, hasten);
  await visit(page, origin);
  await serveCustomers(page, 1);
  await keptByServiceWorker(page);
  await page.waitForSelector('[data-testid=attract]', { timeout: PATIENCE });
  await page.unroute(TEMPLATE, hasten);
};

// Both are made ready once, and then watched over the same times: what else the machine does meanwhile, it does to both.
const watch = async ({ chromium, rounds, idleSeconds, note }, pages) => {
  const opened = [];
  try {
    for (const { row, open, origin } of pages) {
      const { folder, remove } = profile();
      opened.push({ row, folder, remove, context: await launch(chromium, folder), open, origin });
    }
    await Promise.all(opened.map(({ context, open, origin }) => open(context, origin)));
    await pause(SETTLED);
    for (let round = 0; round < rounds; round += 1) {
      const counts = opened.map(({ folder }) => countProcessorTime(folder));
      await pause(idleSeconds * 1_000);
      for (const [place, { row }] of opened.entries()) {
        note(round, row, { idle: counts[place]() * HOUR / idleSeconds });
      }
    }
  } finally {
    for (const { context, remove } of opened) {
      await context.close();
      remove();
    }
  }
};

export const run = async (context) => {
  const [site, server] = await Promise.all([startSite(), startCollector(context.collector)]);
  const pages = [
    { row: 'static page', open: openStatic, origin: site.origin },
    { row: 'Candor, attract screen', open: openAttract, origin: server.origin },
  ];
  try {
    await watch(context, pages);
  } finally {
    site.stop();
    await server.stop();
  }
};
