import { complete, record, result, tally } from '../record.js';

export const name = 'raw IndexedDB';
let database;

export const open = async () => {
  const request = indexedDB.open('ratings', 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore('ratings', { keyPath: 'id' });
    store.createIndex('at', 'at');
    store.createIndex('synced', 'synced');
    request.result.createObjectStore('columns', { autoIncrement: true });
  };
  database = await result(request);
};

const writing = (store) => database.transaction(store, 'readwrite');

export const put = (rating) => {
  const transaction = writing('ratings');
  transaction.objectStore('ratings').put(rating);
  transaction.commit();
  return complete(transaction);
};

export const bulk = async (ratings) => {
  const transaction = writing(['ratings', 'columns']);
  for (const rating of ratings) transaction.objectStore('ratings').put(rating);
  transaction.objectStore('columns').put({ at: Float64Array.from(ratings, ({ at }) => at), rating: Uint8Array.from(ratings, ({ rating }) => rating) });
  return complete(transaction);
};

const everything = (store) => result(database.transaction(store).objectStore(store).getAll());

export const readings = {
  'raw getAll': async () => tally(await everything('ratings')).size,
  'raw, typed columns of 9 bytes a rating': async () => {
    const counts = new Map();
    for (const { at, rating } of await everything('columns')) {
      for (let row = 0; row < at.length; row += 1) {
        const key = Math.floor(at[row] / 86_400_000) * 8 + rating[row];
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    return counts.size;
  },
};
export { record };
