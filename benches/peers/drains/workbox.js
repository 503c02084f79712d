let worker;

const ask = (words) => new Promise((resolve, reject) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => (data.fault ? reject(new Error(data.fault)) : resolve(data.sent));
  worker.postMessage(words, [port2]);
});

export const open = async () => {
  const registration = await navigator.serviceWorker.register('/drains/workbox-worker.js', { scope: '/' });
  await navigator.serviceWorker.ready;
  worker = registration.active;
};

export const ways = {
  'Workbox background sync, one request a rating': {
    fill: (count) => ask({ fill: count }),
    run: () => ask({}),
    most: 1_000,
  },
};
