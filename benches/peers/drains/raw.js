// An outbox by hand: what a library gains or loses is seen beside it.
import { complete, record, result } from '../record.js';

const BATCH = 500;
let database;

const post = async (records) => {
  const answer = await fetch('/ingest', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ records }) });
  const { accepted } = await answer.json();
  if (accepted !== records.length) throw new Error(`${accepted} of ${records.length} were taken`);
};

export const open = async () => {
  const request = indexedDB.open('outbox', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('queue', { autoIncrement: true });
    request.result.createObjectStore('marked', { keyPath: 'id' }).createIndex('synced', 'synced');
  };
  database = await result(request);
};

const fill = (store) => async (count) => {
  const cleared = database.transaction(store, 'readwrite');
  cleared.objectStore(store).clear();
  await complete(cleared);
  for (let from = 0; from < count; from += 2_000) {
    const transaction = database.transaction(store, 'readwrite', { durability: 'relaxed' });
    for (let number = from; number < Math.min(from + 2_000, count); number += 1) transaction.objectStore(store).add(record(number));
    await complete(transaction);
  }
};

const read = async (after, count) => {
  const store = database.transaction('queue').objectStore('queue');
  const range = after === undefined ? null : IDBKeyRange.lowerBound(after, true);
  const [keys, values] = await Promise.all([result(store.getAllKeys(range, count)), result(store.getAll(range, count))]);
  return { keys, values };
};

const remove = (keys) => {
  const transaction = database.transaction('queue', 'readwrite', { durability: 'strict' });
  transaction.objectStore('queue').delete(IDBKeyRange.bound(keys[0], keys.at(-1)));
  transaction.commit();
  return complete(transaction);
};

const oneAfterTheOther = async () => {
  for (let sent = 0; ;) {
    const { keys, values } = await read(undefined, BATCH);
    if (keys.length === 0) return sent;
    await post(values);
    await remove(keys);
    sent += keys.length;
  }
};

// The next batch is read while one is on its way.
const twoInFlight = async () => {
  const underWay = [];
  let sent = 0;
  for (let next = read(undefined, BATCH); ;) {
    const { keys, values } = await next;
    if (keys.length === 0) break;
    next = read(keys.at(-1), BATCH);
    underWay.push(post(values).then(() => remove(keys)));
    sent += keys.length;
    if (underWay.length === 2) await underWay.shift();
  }
  await Promise.all(underWay);
  return sent;
};

const marking = async () => {
  for (let sent = 0; ;) {
    const waiting = await result(database.transaction('marked').objectStore('marked').index('synced').getAll(0, BATCH));
    if (waiting.length === 0) return sent;
    await post(waiting);
    const transaction = database.transaction('marked', 'readwrite', { durability: 'strict' });
    for (const one of waiting) transaction.objectStore('marked').put({ ...one, synced: 1 });
    await complete(transaction);
    sent += waiting.length;
  }
};

const oneByOne = async () => {
  for (let sent = 0; ;) {
    const { keys, values } = await read(undefined, 1);
    if (keys.length === 0) return sent;
    await post(values);
    await remove(keys);
    sent += 1;
  }
};

export const ways = {
  'fetch, batches of 500, deleted': { fill: fill('queue'), run: oneAfterTheOther },
  'the same, two in flight': { fill: fill('queue'), run: twoInFlight },
  'fetch, batches of 500, marked as sent': { fill: fill('marked'), run: marking },
  'one request a rating': { fill: fill('queue'), run: oneByOne, most: 2_000 },
};
