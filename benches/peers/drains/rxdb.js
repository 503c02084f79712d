import { replicateRxCollection } from 'rxdb/plugins/replication';
import { record } from '../record.js';
import { openCollection } from '../rxdb.js';

let opened;
let times = 0;

const fill = async (count) => {
  await opened?.database.remove();
  times += 1;
  opened = await openCollection(`outbox${times}`);
  for (let from = 0; from < count; from += 2_000) {
    const length = Math.min(2_000, count - from);
    await opened.ratings.bulkInsert(Array.from({ length }, (_, place) => record(from + place)));
  }
};

const run = async () => {
  let sent = 0;
  const handler = async (rows) => {
    const records = rows.map(({ newDocumentState }) => newDocumentState);
    const answer = await fetch('/ingest', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ records }) });
    sent += (await answer.json()).accepted;
    return [];
  };
  const replication = replicateRxCollection({
    collection: opened.ratings, replicationIdentifier: `outbox${times}`, live: false, retryTime: 1_000, push: { batchSize: 500, handler },
  });
  await replication.awaitInitialReplication();
  return sent;
};

export const open = async () => {};
export const ways = { 'RxDB replication, batches of 500': { fill, run } };
