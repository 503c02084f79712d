import { openDB } from 'idb';
import { record, tally } from '../record.js';

export const name = 'idb';
let database;

export const open = async () => {
  database = await openDB('ratings', 1, {
    upgrade: (upgrading) => {
      const store = upgrading.createObjectStore('ratings', { keyPath: 'id' });
      store.createIndex('at', 'at');
      store.createIndex('synced', 'synced');
    },
  });
};
export const put = (rating) => database.put('ratings', rating);
export const bulk = (ratings) => {
  const transaction = database.transaction('ratings', 'readwrite');
  for (const rating of ratings) transaction.store.put(rating);
  return transaction.done;
};
export const readings = { 'idb getAll': async () => tally(await database.getAll('ratings')).size };
export { record };
