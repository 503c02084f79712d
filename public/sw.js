// Keeps one whole release of the app, so that the kiosk starts without a network. It never touches the API.
//
// A release is installed whole or not at all, and put in service by the page, between two customers.

// Filled by the build: the SHA-256 of every file of the release, and a name made of all of them.
const RELEASE = { name: 'none', files: {} };

const CACHE = `candor-${RELEASE.name}`;
const SCOPE = new URL('./', self.location).href;

// One file, exactly as it was built: a captive portal answers everything with 200 and a page of its own.
const fetchFile = async (file) => {
  const address = new URL(file, SCOPE);
  const answer = await fetch(address, { cache: 'no-cache' });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.clone().arrayBuffer()));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!answer.ok || hash !== RELEASE.files[file]) throw new Error(`${file} is not that of the release`);
  return [address, answer];
};

self.addEventListener('install', (event) => {
  event.waitUntil(Promise.all(Object.keys(RELEASE.files).map(fetchFile)).then(async (answers) => {
    const cache = await caches.open(CACHE);
    await Promise.all(answers.map(([address, answer]) => cache.put(address, answer)));
  }));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith('candor-') && name !== CACHE);
    await Promise.all(others.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener('message', (event) => {
  if (event.data === 'switch') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  const path = url.href.startsWith(SCOPE) ? url.href.slice(SCOPE.length).split(/[?#]/)[0] : null;
  const file = path === '' ? 'index.html' : path;
  if (!Object.hasOwn(RELEASE.files, file)) return;
  event.respondWith(caches.match(new URL(file, SCOPE), { cacheName: CACHE }).then((kept) => kept || fetch(request)));
});
