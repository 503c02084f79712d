import PouchDB from 'pouchdb';
import { record, tally } from '../record.js';

export const name = 'PouchDB';
let database;

const document = ({ id, ...rest }) => ({ _id: id, ...rest });
export const open = async () => {
  database = new PouchDB('ratings', { auto_compaction: false });
  await database.info();
};
export const put = (rating) => database.put(document(rating));
export const bulk = (ratings) => database.bulkDocs(ratings.map(document));
export const readings = {
  'PouchDB allDocs': async () => {
    const { rows } = await database.allDocs({ include_docs: true });
    return tally(rows.map(({ doc }) => doc)).size;
  },
};
export { record };
