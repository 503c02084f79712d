// Runs in a page of the same origin: the same table by papaparse and by SheetJS. `read` makes the rows as such a program
// would, from the same database; what it takes is told apart.
export const peers = () => {
  const got = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const read = async () => {
    const database = await got(indexedDB.open('candor'));
    const texts = new Map();
    const beside = database.transaction('texts').objectStore('texts');
    const [keys, values] = await Promise.all([got(beside.getAllKeys()), got(beside.getAll())]);
    keys.forEach((key, n) => texts.set(key, JSON.parse(values[n]).comment));
    const rows = new Map();
    for (let after = 0; ;) {
      const store = database.transaction('events').objectStore('events');
      const range = IDBKeyRange.lowerBound(after, true);
      const [keys, events] = await Promise.all([got(store.getAllKeys(range, 3_000)), got(store.getAll(range, 3_000))]);
      if (!keys.length) break;
      after = keys.at(-1);
      keys.forEach((key, n) => {
        const event = JSON.parse(events[n]);
        const { data } = event;
        if (event.type.includes('rating.given')) {
          rows.set(event.id, { time: new Date(`${event.time.slice(0, 19)}Z`), utc_offset: event.time.slice(23), rating: data.value, level: '', scale: data.scale ?? 'faces-5', survey: data.survey, version: data.version, metric: 'CSAT', point: data.point, staff: data.staff ?? '', ticket: data.ticket ?? '', language: data.locale, channel: data.channel ?? 'kiosk', outcome: '', reasons: '', comment: '', comment_form: '', contact: '', wait: '', courtesy: '', competence: '', clarity: '', environment: '', other: '', seconds: '', doubts: '', cleared: '', epoch: event.deviceepoch, number: event.deviceseq, recorded: new Date(`${event.time.slice(0, 19)}Z`), device: event.source, response: event.id, survey_id: data.survey });
        } else if (data.response) {
          const row = rows.get(data.response);
          Object.assign(row, { outcome: data.outcome, reasons: data.reasons.join('; '), seconds: data.seconds, ...data.items, comment: texts.get(key) ?? '', comment_form: texts.has(key) ? 'clear' : '' });
        }
      });
    }
    database.close();
    return [...rows.values()];
  };
  const wayOf = {
    papaparse: (rows) => new Blob([Papa.unparse(rows, { escapeFormulae: true })]),
    SheetJS: (rows) => {
      const book = XLSX.utils.book_new();
      XLSX.utils.book_append_sheet(book, XLSX.utils.json_to_sheet(rows, { dense: true }), 'Ratings');
      return new Blob([XLSX.write(book, { type: 'array', bookType: 'xlsx', compression: true, dense: true })]);
    },
  };
  window.peer = async (name) => {
    const began = performance.now();
    const rows = await read();
    const between = performance.now();
    const size = wayOf[name](rows).size;
    const ended = performance.now();
    return { rows: rows.length, read: between - began, write: ended - between, size };
  };
};
