import { Queue } from 'workbox-background-sync';
import { record } from '../record.js';

// As a page that uses it would have it, but for the moment: the browser's own sync comes when it likes.
const queue = new Queue('outbox', { maxRetentionTime: 1e7, forceSyncFallback: true, onSync: async () => {} });

const request = (number) => new Request('/ingest', {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ records: [record(number)] }),
});

const fill = async (count) => {
  for (let number = 0; number < count; number += 1) await queue.pushRequest({ request: request(number) });
  return count;
};

const replay = async () => {
  const size = await queue.size();
  await queue.replayRequests();
  return size;
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', ({ data, ports: [port] }) => {
  const work = data.fill ? fill(data.fill) : replay();
  work.then((sent) => port.postMessage({ sent }), (fault) => port.postMessage({ fault: String(fault) }));
});
