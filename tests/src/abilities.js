// Asks the running engine for each thing that the app uses where there is one; answers [name, answer] pairs. Whatever
// throws or does not come back within five seconds is an answer, too.
const [address, inWorker, done] = arguments;
const soon = (work) => Promise.race([
  Promise.resolve().then(work),
  new Promise((resolve) => setTimeout(() => resolve('no: does not answer'), 5_000)),
]).catch((fault) => `no: ${fault.name ?? fault}`);

const start = (type) => new Promise((resolve, reject) => {
  const worker = new Worker(address, { type });
  worker.onmessage = () => resolve(worker);
  worker.onerror = () => reject(new Error('does not start'));
});
const ask = (worker, name) => new Promise((resolve) => {
  worker.addEventListener('message', ({ data }) => { if (data[0] === name) resolve(data[1]); });
  worker.postMessage(name);
});

const inPage = {
  'module-worker': async () => { (await start('module')).terminate(); return 'yes'; },
  'strict': () => new Promise((resolve) => {
    const opening = indexedDB.open('ability');
    opening.onupgradeneeded = () => opening.result.createObjectStore('x');
    opening.onerror = () => resolve(`no: ${opening.error?.name}`);
    opening.onsuccess = () => {
      const { durability } = opening.result.transaction('x', 'readwrite', { durability: 'strict' });
      opening.result.close();
      indexedDB.deleteDatabase('ability');
      resolve(durability === 'strict' ? 'yes' : `no: ${durability ?? 'says nothing of it'}`);
    };
  }),
  'service-worker': async () => {
    if (!navigator.serviceWorker) return 'no';
    return (await navigator.serviceWorker.getRegistration('/'))?.active ? 'yes' : 'no: none has come to run';
  },
  'persisted': async () => {
    if (!navigator.storage?.persisted) return 'no';
    return `yes: ${await navigator.storage.persisted() ? 'granted' : 'not granted'} here`;
  },
  'estimate': async () => {
    if (!navigator.storage?.estimate) return 'no';
    const { quota, usage } = await navigator.storage.estimate();
    return quota > 0 && usage >= 0 ? 'yes' : 'no: without figures';
  },
  'wake-lock': () => navigator.wakeLock ? 'yes' : 'no',
  'keepalive': () => 'keepalive' in Request.prototype ? 'yes' : 'no',
};

(async () => {
  const answers = [];
  for (const [name, task] of Object.entries(inPage)) answers.push([name, String(await soon(task))]);
  const worker = await soon(() => start('classic'));
  for (const name of inWorker) {
    answers.push([name, typeof worker === 'string' ? worker : String(await soon(() => ask(worker, name)))]);
  }
  done(answers);
})();
