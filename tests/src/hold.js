// A transaction over the journal's stores that does not end: others have to wait for it.
// arguments: what to call once it holds them.
const [done] = arguments;
const hold = window.candorHold = { isOver: false };
const opening = indexedDB.open("candor");
opening.onerror = () => done(String(opening.error));
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(database.objectStoreNames, "readwrite");
  const store = transaction.objectStore("records");
  const again = () => { if (!hold.isOver) store.get("none").onsuccess = again; };
  store.get("none").onsuccess = () => { again(); done("held"); };
  transaction.oncomplete = () => database.close();
};
