import Dexie from 'dexie';
import { record, tally } from '../record.js';

export const name = 'Dexie';
let database;

export const open = async () => {
  database = new Dexie('ratings');
  database.version(1).stores({ ratings: 'id,at,synced' });
  await database.open();
};
export const put = (rating) => database.ratings.put(rating);
export const bulk = (ratings) => database.ratings.bulkPut(ratings);
export const readings = {
  'Dexie toArray': async () => tally(await database.ratings.toArray()).size,
  'Dexie each': async () => {
    const all = [];
    await database.ratings.each(({ at, rating }) => { all.push({ at, rating }); });
    return tally(all).size;
  },
};
export { record };
