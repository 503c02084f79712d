// What scripts beside the wasm read by themselves: named records of the journal, and what holds over the settings.

const root = document.documentElement;

// Not before the page has opened the database itself: an upgrade that is given up beside its first opening can keep that
// from ever being answered.
const begun = new Promise((resolve) => {
  const watch = new MutationObserver(() => look());
  const look = () => {
    if (root.dataset.ready === undefined) return;
    watch.disconnect();
    resolve();
  };
  watch.observe(root, { attributes: true, attributeFilter: ['data-ready'] });
  look();
});

export const record = async (name) => {
  await begun;
  return recorded(name);
};

const recorded = (name) => new Promise((resolve) => {
  const opening = indexedDB.open('candor');
  // A database that is not there is not made here.
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => resolve(null);
  opening.onsuccess = () => {
    const database = opening.result;
    const end = (text) => { database.close(); resolve(text); };
    try {
      const asked = database.transaction('records').objectStore('records').get(`named:${name}`);
      asked.onsuccess = () => end(asked.result);
      asked.onerror = () => end(null);
    } catch { end(null); }
  };
});

// A record as the value that it holds; `otherwise` where there is none.
export const read = async (name, otherwise) => {
  try { return JSON.parse(await record(name)) ?? otherwise; } catch { return otherwise; }
};

// A shift, or somebody who has signed in, as the keeper has said last.
export const holds = () => {
  try { return JSON.parse(root.dataset.holds || '{}'); } catch { return {}; }
};

// Calls whenever a manager has saved something.
export const onSettings = (call) => {
  const channel = new BroadcastChannel('candor');
  channel.onmessage = ({ data }) => { if (data === 'settings') call(); };
};
