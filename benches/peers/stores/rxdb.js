import { record, tally } from '../record.js';
import { openCollection } from '../rxdb.js';

export const name = 'RxDB';
let ratings;

export const open = async () => { ({ ratings } = await openCollection('ratings')); };
export const put = (rating) => ratings.insert(rating);
export const bulk = (all) => ratings.bulkInsert(all);
export const readings = { 'RxDB find': async () => tally(await ratings.find().exec()).size };
export { record };
