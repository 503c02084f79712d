// What a backlog takes to be delivered once the network is there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withBrowser } from '../lib/browser.mjs';
import { startCollector } from '../lib/collector.mjs';
import { PATIENCE, cutOff, drained, fill, openKiosk, quarantined, serveCustomers, visit } from '../lib/kiosk.mjs';
import { HERE } from '../lib/places.mjs';
import { startSite } from '../lib/site.mjs';

const MODULES = ['raw', 'rxdb', 'pouchdb', 'workbox'];
const ROW = 'Candor';
/** The keeper has filed what it found, and its last try was refused, by then, in ms. */
const SETTLED = 6_000;

export const tables = [
  {
    id: 'drain', title: 'Draining an outbox', unit: 'records a second', isMoreBetter: true, baseline: 'fetch, batches of 500, deleted', bar: { row: ROW, least: 0.8 },
    about: 'The peers send to a receiver that reads the JSON and counts it (PouchDB to express-pouchdb in memory), Candor to its own collector, which checks each hash and commits to SQLite before it answers. Candor freezes each batch on the disk before it is sent, packs it and judges the receipt event by event. Ways of one request a record are measured over fewer records, since they take minutes.',
  },
  {
    id: 'drain-growth', title: 'Candor\'s drain, by what waits', unit: 'records a second', isMoreBetter: true, baseline: 'fewest waiting', bar: { row: 'most waiting', least: 1 },
    about: 'No slower at the most than at the fewest. Events wait on the tablet as they would after weeks without a network.',
  },
];

const startCouch = async () => {
  const child = spawn(process.execPath, ['--max-old-space-size=4096', join(HERE, 'peers/couch.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => { throw new Error('the server for PouchDB did not start'); })]);
  return { address: `http://127.0.0.1:${String(line).trim()}`, stop: () => child.kill() };
};

const openPeer = async (context, module, couch) => {
  const site = await startSite();
  const page = await context.newPage();
  await page.goto(`${site.origin}/blank.html`);
  const ways = await page.evaluate(async ([module, couch]) => {
    window.couch = couch;
    window.drain = await import(`/drains/${module}.js`);
    await window.drain.open();
    return Object.entries(window.drain.ways).map(([name, { most }]) => ({ name, most }));
  }, [module, couch]);
  return { site, page, ways };
};

const drainPeer = async ({ page }, { name, most = Infinity }, count) => {
  await page.bringToFront();
  const { sent, ms } = await page.evaluate(async ([name, count]) => {
    const way = window.drain.ways[name];
    await way.fill(count);
    window.gc();
    await new Promise((resolve) => { setTimeout(resolve, 1_500); });
    const at = performance.now();
    return { sent: await way.run(), ms: performance.now() - at };
  }, [name, Math.min(count, most)]);
  if (sent !== Math.min(count, most)) throw new Error(`${sent} of ${count} were sent`);
  return sent / ms * 1_000;
};

// A tablet of its own each time. From the first request that goes through to the moment when nothing is left.
const drainCandor = async (chromium, collector, count) => {
  const server = await startCollector(collector);
  try {
    return await withBrowser(chromium, async (context) => {
      const page = await openKiosk(context, server.origin);
      await serveCustomers(page, 1);
      await drained(page);
      const letGo = await cutOff(context);
      // A response makes some 1.9 events.
      const waiting = await fill(page, server.origin, { responses: Math.ceil(count / 1.9), isQueued: true });
      const refused = context.waitForEvent('requestfailed', { predicate: (request) => request.url().endsWith('/v1/events'), timeout: PATIENCE });
      await visit(page, server.origin);
      await refused;
      await pause(SETTLED);
      const began = context.waitForEvent('request', { predicate: (request) => request.url().endsWith('/v1/events'), timeout: PATIENCE });
      await letGo();
      await began;
      const at = performance.now();
      await drained(page);
      const ms = performance.now() - at;
      const refusals = await quarantined(page);
      if (refusals > 0) throw new Error(`${refusals} of ${waiting} events were refused`);
      return waiting / ms * 1_000;
    });
  } finally {
    await server.stop();
  }
};

export const run = async ({ chromium, collector, rounds, queued, note }) => {
  const couch = await startCouch();
  const most = queued.at(-1);
  const peers = [];
  try {
    await withBrowser(chromium, async (context) => {
      for (const module of MODULES) peers.push(await openPeer(context, module, couch.address));
      for (let round = 0; round < rounds; round += 1) {
        for (const peer of peers) {
          for (const way of peer.ways) {
            const figure = await drainPeer(peer, way, most).then((rate) => ({ drain: rate }), (fault) => ({ fault, of: ['drain'] }));
            note(round, way.name, figure);
          }
        }
        for (const count of queued) {
          const label = count === most ? 'most waiting' : count === queued[0] ? 'fewest waiting' : `${count} waiting`;
          const rate = await drainCandor(chromium, collector, count).catch((fault) => ({ fault }));
          if (rate.fault) {
            note(round, ROW, { fault: rate.fault, of: ['drain', 'drain-growth'] });
            continue;
          }
          note(round, label, { 'drain-growth': rate });
          if (count === most) note(round, ROW, { drain: rate });
        }
      }
    });
  } finally {
    for (const { site } of peers) site.stop();
    couch.stop();
  }
};
