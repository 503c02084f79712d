import PouchDB from 'pouchdb';
import { record } from '../record.js';

let database;
let times = 0;

const fill = async (count) => {
  await database?.destroy();
  times += 1;
  database = new PouchDB(`outbox${times}`);
  for (let from = 0; from < count; from += 2_000) {
    const length = Math.min(2_000, count - from);
    await database.bulkDocs(Array.from({ length }, (_, place) => {
      const { id, ...rest } = record(from + place);
      return { _id: id, ...rest };
    }));
  }
};

// `couch` is the address of a server of PouchDB's own makers.
const run = async () => {
  const { docs_written: sent } = await database.replicate.to(`${window.couch}/outbox${Date.now()}`, { batch_size: 500 });
  return sent;
};

export const open = async () => {};
export const ways = { 'PouchDB replication, batches of 500': { fill, run } };
