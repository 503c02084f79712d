// The worker's half of abilities.js: does each thing for once and answers "yes", or "no" and why.
const tasks = {
  'sync-handles': async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await folder.getFileHandle('candor-ability', { create: true });
    const handle = await file.createSyncAccessHandle();
    const wrote = handle.write(new Uint8Array([1, 2, 3]), { at: 0 });
    handle.flush();
    handle.close();
    await folder.removeEntry('candor-ability');
    return wrote === 3 ? 'yes' : 'no: writes nothing';
  },
  'compression': async () => {
    if (!self.CompressionStream) return 'no';
    const packed = new Response('x'.repeat(1000)).body.pipeThrough(new CompressionStream('gzip'));
    return (await new Response(packed).arrayBuffer()).byteLength < 500 ? 'yes' : 'no: packs nothing';
  },
  'channel': () => new Promise((resolve) => {
    const [one, other] = [new BroadcastChannel('ability'), new BroadcastChannel('ability')];
    other.onmessage = () => resolve('yes');
    one.postMessage('x');
  }),
  'locks': async () => {
    if (!navigator.locks) return 'no';
    let isLost = false;
    navigator.locks.request('ability', () => new Promise(() => {})).catch(() => { isLost = true; });
    await navigator.locks.request('ability', { steal: true }, () => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isLost ? 'yes' : 'no: the one before does not hear of it';
  },
};
onmessage = async ({ data }) => {
  let answer;
  try { answer = await tasks[data](); } catch (fault) { answer = `no: ${fault.name ?? fault}`; }
  postMessage([data, answer]);
};
postMessage('started');
