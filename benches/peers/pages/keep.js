// Every page of a peer keeps a rating in the same way: one strict transaction.
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('kiosk', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('ratings', { keyPath: 'id', autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export const keep = async (rating, comment) => {
  const transaction = (await opened).transaction('ratings', 'readwrite', { durability: 'strict' });
  transaction.objectStore('ratings').put({ at: Date.now(), rating, comment });
};
