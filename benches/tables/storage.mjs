// From a tap to the disk with much stored, and from a cold page to what all of it adds up to.
import { setTimeout as pause } from 'node:timers/promises';
import { withBrowser } from '../lib/browser.mjs';
import { startCollector } from '../lib/collector.mjs';
import { PATIENCE, by, cutOff, fill, openDoor, openKiosk, serveCustomers, visit } from '../lib/kiosk.mjs';
import { startSite } from '../lib/site.mjs';
import { median } from '../lib/statistics.mjs';

const STORES = ['raw', 'idb', 'dexie', 'localforage', 'pouchdb', 'rxdb'];
const BASELINE = 'raw IndexedDB';
const ROW = 'Candor, tap to stored';
/** The one size at which all are compared. */
const COMPARED_AT = 100_000;
/** The disk's own work after so many writes is over by then, in ms. */
const SETTLED = 4_000;

export const tables = [
  {
    id: 'tap-durable', title: 'Tap to durable', unit: 'ms', baseline: BASELINE, bar: { row: ROW, most: 1.4 },
    about: 'One rating a transaction, strict for all (`IDBDatabase.transaction` is told so), until its `complete`; the median of a round\'s taps. A peer\'s tap stores and does nothing else. Candor\'s is the real button of the real page: it also chooses the next screen, draws it, hashes and links the event and queues it. Two rows say what belongs to what: a peer that changes a text, since the browser then draws a frame before it tells of the disk, and Candor\'s transaction alone, from its opening until the page is told, with the frame that is drawn in between. Nothing is sent meanwhile.',
  },
  {
    id: 'tap-durable-growth', title: 'Candor\'s tap to durable, by what is stored', unit: 'ms', baseline: 'nothing stored', bar: { row: 'most stored', most: 1.15 },
    about: 'The same tap with more and more in the journal, each size in one go with all its rounds: the sizes are not interleaved, since a journal only grows. Flat is read as at most 1.15.',
  },
  {
    id: 'results', title: 'Results from a cold page', unit: 'ms', baseline: 'raw getAll', bar: { row: 'Candor', most: 0.05 },
    about: 'A page that was just loaded. The peers\' time is from the open database to ratings by day and level. Candor\'s is from the opened door to the headline figure on the screen over all responses, with every card of the results drawn beside it.',
  },
];

// Every library gets the same durability in the same way. Runs before anything of the page.
const beStrict = () => {
  const begin = IDBDatabase.prototype.transaction;
  window.durability = 'relaxed';
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    return mode === 'readwrite' ? begin.call(this, stores, mode, { durability: window.durability }) : begin.call(this, stores, mode, options);
  };
};

const openStore = async (page, module, origin) => {
  await page.goto(`${origin}/blank.html`);
  return page.evaluate(async (module) => {
    window.store = await import(`/stores/${module}.js`);
    await window.store.open();
    return window.store.name;
  }, module);
};

const fillStore = (page, from, to) => page.evaluate(async ([from, to]) => {
  const { bulk, record } = window.store;
  for (let first = from; first < to; first += 1_000) {
    await bulk(Array.from({ length: Math.min(1_000, to - first) }, (_, place) => record(first + place)));
  }
}, [from, to]);

const taps = (page, { first, count, isDrawn }) => page.evaluate(async ({ first, count, isDrawn }) => {
  const { put, record } = window.store;
  const button = document.querySelector('#tap');
  const times = [];
  window.durability = 'strict';
  for (let n = 0; n < count; n += 1) {
    const rating = record(first + n);
    await new Promise((resolve, reject) => {
      button.onclick = () => {
        const at = performance.now();
        put(rating).then(() => { times.push(performance.now() - at); resolve(); }, reject);
        if (isDrawn) button.textContent = n;
      };
      button.click();
    });
    await new Promise((resolve) => { setTimeout(resolve, 4); });
  }
  window.durability = 'relaxed';
  return times;
}, { first, count, isDrawn });

const read = async (page, way) => page.evaluate(async (way) => {
  window.gc();
  const at = performance.now();
  await window.store.readings[way]();
  return performance.now() - at;
}, way);

// From the opened door to the figure. Candor's page watches itself: asking from outside would cost what is measured.
const watchResults = () => {
  const noted = window.candorBench = { opened: 0, shown: 0, n: 0 };
  new MutationObserver(() => {
    if (!document.querySelector('.m-desk')) return;
    noted.opened ||= performance.now();
    const n = Number(document.querySelector('[data-testid=headline]')?.dataset.n ?? 0);
    if (n > noted.n) Object.assign(noted, { n, shown: performance.now() });
  }).observe(document, { subtree: true, childList: true, attributes: true });
};

const readCandor = async (page, origin, responses) => {
  await visit(page, origin);
  await page.evaluate(watchResults);
  await openDoor(page);
  await page.waitForFunction((responses) => window.candorBench.n >= responses, responses, { timeout: PATIENCE, polling: 100 });
  const { opened, shown } = await page.evaluate(() => window.candorBench);
  await by(page, 'lock').click();
  return shown - opened;
};

class Peers {
  constructor(context) {
    this.context = context;
    this.all = [];
  }

  async open() {
    for (const module of STORES) {
      const site = await startSite();
      const page = await this.context.newPage();
      await page.addInitScript(beStrict);
      this.all.push({ module, site, page, stored: 0, name: await openStore(page, module, site.origin) });
    }
  }

  async fill(size, names) {
    for (const peer of this.all.filter(({ module }) => names.includes(module))) {
      await peer.page.bringToFront();
      await fillStore(peer.page, peer.stored, size);
      peer.stored = Math.max(peer.stored, size);
    }
  }

  async tap(peer, count, isDrawn) {
    await peer.page.bringToFront();
    const times = await taps(peer.page, { first: peer.stored, count, isDrawn });
    peer.stored += count;
    return median(times);
  }

  stop() {
    for (const { site } of this.all) site.stop();
  }
}

const tapRound = async ({ round, peers, candor, count, note, size, isCompared, label }) => {
  if (isCompared) {
    const order = peers.all.map((_, place) => peers.all[(place + round) % peers.all.length]);
    for (const peer of order) {
      note(round, peer.name, { 'tap-durable': await peers.tap(peer, count, false) });
      if (peer.module === 'raw') note(round, `${peer.name}, a text drawn`, { 'tap-durable': await peers.tap(peer, count, true) });
    }
  }
  await candor.page.bringToFront();
  const times = await serveCustomers(candor.page, count);
  const whole = median(times.map(({ whole }) => whole));
  if (isCompared) {
    note(round, ROW, { 'tap-durable': whole });
    note(round, 'Candor, its transaction alone', { 'tap-durable': median(times.map(({ transaction }) => transaction)) });
  }
  note(round, label ?? `${size} stored`, { 'tap-durable-growth': whole });
};

const resultsRound = async ({ round, peers, candor, note }) => {
  for (const { module, site, page } of peers.all) {
    await page.bringToFront();
    await openStore(page, module, site.origin);
    for (const way of await page.evaluate(() => Object.keys(window.store.readings))) {
      note(round, way, { results: await read(page, way) });
    }
  }
  await candor.page.bringToFront();
  note(round, 'Candor', { results: await readCandor(candor.page, candor.origin, candor.responses) });
};

export const run = async ({ chromium, collector, rounds, stored, taps: count, note }) => {
  const server = await startCollector(collector);
  try {
    await withBrowser(chromium, async (context) => {
      const peers = new Peers(context);
      await peers.open();
      const page = await openKiosk(context, server.origin);
      const candor = { page, origin: server.origin, responses: 0 };
      await serveCustomers(page, 1);
      await cutOff(context);
      // Compared where there is most that is not more than that.
      const compared = Math.max(...stored.filter((size) => size <= COMPARED_AT));
      let filled = 0;
      for (const size of stored) {
        const isCompared = size === compared;
        if (size > filled) {
          candor.responses += size - filled;
          await fill(page, server.origin, { responses: size - filled });
          filled = size;
        }
        await visit(page, server.origin);
        if (isCompared) await peers.fill(size, STORES);
        await pause(SETTLED);
        const label = size === 0 ? 'nothing stored' : size === stored.at(-1) ? 'most stored' : undefined;
        for (let round = 0; round < rounds; round += 1) await tapRound({ round, peers, candor, count, note, size, isCompared, label });
        if (isCompared) for (let round = 0; round < rounds; round += 1) await resultsRound({ round, peers, candor, note });
      }
      peers.stop();
    });
  } finally {
    await server.stop();
  }
};
