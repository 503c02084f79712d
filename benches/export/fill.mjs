// Runs in the page: puts ratings with follow-ups into the journal's database, as they would lie there by now. Their
// hashes are not chained: nothing that is measured here looks at them.
export const fill = async ({ responses, days }) => {
  const open = () => new Promise((resolve, reject) => {
    const request = indexedDB.open('candor');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const done = (transaction) => new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const got = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const database = await open();
  const head = JSON.parse(await got(database.transaction('records').objectStore('records').get('head')));
  const [sample] = await got(database.transaction('events').objectStore('events').getAll(null, 1));
  const { source, type } = JSON.parse(sample);
  const kind = (name) => type.replace(/rating\.given|unlocked|settings\.changed/, name);

  const words = ['排队太久，等了两个小时', 'The clerk was very kind, thank you', '=1+1', '工作人员态度很好，讲解清楚', '"Quoted", and\na second line', '+86 拨了三次没人接', '窗口太少', 'too slow', '很满意'];
  const texts = [];
  for (const [n, comment] of words.entries()) {
    const json = JSON.stringify({ comment, salt: String(n).padStart(32, '0') });
    texts.push([json, hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(json))))]);
  }

  let state = 20261130;
  const below = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * n);
  };
  const one = (list) => list[below(list.length)];
  const uuid = (millis) => {
    const time = millis.toString(16).padStart(12, '0');
    const random = hex(Uint8Array.from({ length: 10 }, () => below(256)));
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
  };
  const local = (millis) => `${new Date(millis + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`;
  const hash = 'ab'.repeat(32);
  const first = Date.now() - days * 86_400_000;
  const base = head.epoch * 2 ** 40;
  let seq = head.seq;
  for (let from = 0; from < responses; from += 2_000) {
    const transaction = database.transaction(['events', 'texts', 'ids'], 'readwrite', { durability: 'relaxed' });
    const [events, beside, ids] = ['events', 'texts', 'ids'].map((name) => transaction.objectStore(name));
    for (let n = from; n < Math.min(from + 2_000, responses); n++) {
      const at = Math.floor(first + n * (days * 86_400_000 / responses));
      const common = (id, time, name) => ({ specversion: '1.0', id, source, type: kind(name), time: local(time), datacontenttype: 'application/json' });
      const place = () => ({ deviceepoch: head.epoch, deviceseq: ++seq, devicerun: head.run, deviceuptime: Math.floor((at - first) / 1_000), prevhash: hash, eventhash: hash });
      const [id, level] = [uuid(at), 1 + below(5)];
      const given = { value: level, survey: 'bank', version: 3, locale: one(['zh-CN', 'zh-CN', 'en']), point: `${1 + below(12)} 号窗口`, ...(below(3) ? { ticket: `A${100_000 + n}` } : {}), staff: `0${10 + below(30)}` };
      events.put(JSON.stringify({ ...common(id, at, 'rating.given'), ...place(), data: given }), base + seq);
      ids.put(base + seq, id);
      if (below(10) === 0) continue;
      const text = below(5) === 0 ? one(texts) : undefined;
      const detailed = { response: id, outcome: one(['complete', 'complete', 'skipped']), reasons: level < 3 ? [one(['queue', 'attitude', 'windows'])] : [], seconds: 4 + below(60), items: below(2) ? { wait: 1 + below(5), courtesy: 1 + below(5) } : {}, ...(text ? { textdigest: text[1] } : {}) };
      const other = uuid(at + 8_000);
      events.put(JSON.stringify({ ...common(other, at + 8_000, 'rating.detailed'), ...place(), data: detailed }), base + seq);
      if (text) beside.put(text[0], base + seq);
      ids.put(base + seq, other);
    }
    await done(transaction);
  }
  const transaction = database.transaction(['records', 'outbox', 'events'], 'readwrite');
  const recorded = await got(transaction.objectStore('events').count());
  transaction.objectStore('outbox').clear();
  transaction.objectStore('records').put(recorded, 'acknowledged');
  transaction.objectStore('records').put(JSON.stringify({ ...head, seq, responses: head.responses + responses }), 'head');
  await done(transaction);
  database.close();
  return recorded;
};
