// The same ratings for every store, some 300 bytes as JSON each, and how they are counted.
const WORDS = 'the staff were friendly queue long today line closed again please open more tills toilets clean dirty coffee cold warm helpful rude fast slow price fair high low parking easy hard find sign kids play area loved hated never back soon thanks great poor average service'.split(' ');
const FIRST = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

// A number that looks like chance and is the same each time.
const scatter = (number) => {
  const once = Math.imul(number ^ (number >>> 16), 0x45d9f3b) >>> 0;
  const twice = Math.imul(once ^ (once >>> 16), 0x45d9f3b) >>> 0;
  return (twice ^ (twice >>> 16)) >>> 0;
};

export const record = (number) => {
  const seed = scatter(number + 1);
  let comment = '';
  for (let state = seed; comment.length < 110;) {
    state = scatter(state);
    comment += `${comment && ' '}${WORDS[state % WORDS.length]}`;
  }
  return {
    id: `r${String(number).padStart(9, '0')}-${seed.toString(16).padStart(8, '0')}`,
    at: FIRST + (number * 60_000) % (365 * DAY),
    rating: 1 + seed % 5, kiosk: `entrance-${(seed >>> 8) % 8}`, place: 'store-mitte-01', survey: 'visit-2026',
    language: 'de', synced: 0, tags: ['service', 'queue'], comment,
  };
};

/** How many ratings of each level a day has: the least that any screen of results needs. */
export const tally = (records) => {
  const counts = new Map();
  for (const { at, rating } of records) {
    const key = Math.floor(at / DAY) * 8 + rating;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

export const result = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export const complete = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
});
