import localforage from 'localforage';
import { record, tally } from '../record.js';

export const name = 'localForage';
let store;

export const open = async () => {
  store = localforage.createInstance({ name: 'ratings', storeName: 'ratings', driver: localforage.INDEXEDDB });
  await store.ready();
};
export const put = (rating) => store.setItem(rating.id, rating);
export const bulk = (ratings) => Promise.all(ratings.map(put));
export const readings = {
  'localForage iterate': async () => {
    const all = [];
    await store.iterate(({ at, rating }) => { all.push({ at, rating }); });
    return tally(all).size;
  },
};
export { record };
