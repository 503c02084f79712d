// The real kiosk, from outside: its pages, its buttons, its database. Nothing of the app is made for these figures.
import { setTimeout as pause } from 'node:timers/promises';
import { ratings } from './events.mjs';

/** Chosen at the door by whoever measures. */
const PIN = '482915';
/** Longer than anything here takes on a busy machine, in ms. */
export const PATIENCE = 300_000;
/** Between two looks at the outbox, in ms: much less than the shortest drain. */
const LOOK = 20;

export const by = (page, testid) => page.locator(`[data-testid="${testid}"]`);

/** Opens the kiosk and waits until its wasm stands. */
export const openKiosk = async (context, origin) => {
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => console.error('the kiosk:', message));
  await visit(page, origin);
  return page;
};

/** Goes to the kiosk again: a cold page on what is stored. */
export const visit = async (page, origin) => {
  await page.goto(origin);
  await page.waitForSelector('[data-ready]', { timeout: PATIENCE });
};

/** Keeps answers from leaving, as on a tablet without a network. Gives how to let them go. */
export const cutOff = async (context) => {
  const address = '**/v1/events';
  const refuse = (route) => (route.request().method() === 'POST' ? route.abort() : route.fallback());
  await context.route(address, refuse);
  return () => context.unroute(address, refuse);
};

// Runs in the page: one request to one store of the journal.
const ask = ({ store, call, parameters }) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('candor');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const of = opening.result.transaction(store).objectStore(store);
    const request = of[call](...parameters);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      opening.result.close();
      resolve(request.result);
    };
  };
});
const journal = (page, store, call, ...parameters) => page.evaluate(ask, { store, call, parameters });

/** Waits until nothing is left in the outbox, by one connection and a look that is cheap however much lies there. */
export const drained = (page) => page.evaluate((pause) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('candor');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const look = () => {
      const first = opening.result.transaction('outbox').objectStore('outbox').getAllKeys(null, 1);
      first.onerror = () => reject(first.error);
      first.onsuccess = () => {
        if (first.result.length > 0) return setTimeout(look, pause);
        opening.result.close();
        return resolve();
      };
    };
    look();
  };
}), LOOK);

/** How many events lie in quarantine. */
export const quarantined = (page) => journal(page, 'quarantine', 'count');

// Runs in a page of the origin that is not the app.
const store = ({ events, head, isQueued }) => new Promise((resolve, reject) => {
  const request = indexedDB.open('candor');
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const database = request.result;
    const transaction = database.transaction(['events', 'ids', 'outbox', 'records'], 'readwrite', { durability: 'relaxed' });
    const at = (name) => transaction.objectStore(name);
    for (const { id, place, json } of events) {
      at('events').put(json, place);
      at('ids').put(place, id);
      if (isQueued) at('outbox').put(id, place);
    }
    at('records').put(JSON.stringify(head), 'head');
    if (!isQueued) {
      const acknowledged = at('records').get('acknowledged');
      acknowledged.onsuccess = () => at('records').put((acknowledged.result ?? 0) + events.length, 'acknowledged');
    }
    transaction.oncomplete = () => { database.close(); resolve(); };
    transaction.onabort = () => reject(transaction.error);
  };
});

/**
 * Puts ratings behind those that the tablet has, as they would lie there by now: delivered, or still to be sent. The page is
 * left at an address of the origin that is not the app. Gives how many events came in.
 */
export const fill = async (page, origin, { responses, isQueued = false, days }) => {
  await page.goto(`${origin}/healthz`);
  let head = JSON.parse(await journal(page, 'records', 'get', 'head'));
  let count = 0;
  for (const piece of ratings(head, { responses, days })) {
    await page.evaluate(store, { ...piece, isQueued });
    head = piece.head;
    count += piece.events.length;
  }
  return count;
};

/** Goes through the manager's door, the first time with a PIN that is chosen. */
export const openDoor = async (page) => {
  for (let knock = 0; knock < 5; knock += 1) await by(page, 'manager-door').click({ delay: 5 });
  await by(page, 'pin').waitFor({ timeout: PATIENCE });
  await by(page, 'pin').fill(PIN);
  if (await by(page, 'pin-again').count() > 0) await by(page, 'pin-again').fill(PIN);
  await by(page, 'unlock').click();
};

/**
 * Customers one after the other, by the real buttons, as fast as the app lets them. Gives for each how long it took from the
 * tap on a level until the answer was stored, in ms, and of that how long the transaction was open.
 */
export const serveCustomers = (page, count) => page.evaluate(async (count) => {
  const find = (testid) => document.querySelector(`[data-testid=${testid}]`);
  const isShown = (testid) => find(testid)?.checkVisibility() ?? false;
  const see = (look) => new Promise((resolve) => {
    if (look()) return resolve();
    const watcher = new MutationObserver(() => {
      if (!look()) return;
      watcher.disconnect();
      resolve();
    });
    return watcher.observe(document, { subtree: true, childList: true, attributes: true });
  });
  const begin = IDBDatabase.prototype.transaction;
  const taps = [];
  let stored = null;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = begin.call(this, stores, mode, options);
    if (stored && mode === 'readwrite' && [stores].flat().includes('events')) {
      const [tell, began] = [stored, performance.now()];
      stored = null;
      transaction.addEventListener('complete', () => tell({ began, ended: performance.now(), durability: transaction.durability }));
    }
    return transaction;
  };
  try {
    for (let customer = 0; customer < count; customer += 1) {
      await see(() => isShown('rate-1') && !isShown('thanks'));
      const told = new Promise((resolve) => { stored = resolve; });
      const at = performance.now();
      find(`rate-${1 + customer % 5}`).click();
      const { began, ended, durability } = await told;
      if (durability !== 'strict') throw new Error(`a tap was stored with durability ${durability}`);
      taps.push({ whole: ended - at, transaction: ended - began });
      await see(() => isShown('skip'));
      find('skip').click();
      await see(() => isShown('thanks'));
      find('thanks').click();
    }
    await see(() => isShown('rate-1') && !isShown('thanks'));
  } finally {
    IDBDatabase.prototype.transaction = begin;
  }
  return taps;
}, count);

/** Waits until the service worker has the whole release and is in service. */
export const keptByServiceWorker = async (page) => {
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration().then((registration) => registration?.active?.state === 'activated'), null, { timeout: PATIENCE, polling: 200 });
  await pause(500);
};
