// Keeps one whole release of the app, so that the kiosk starts without a network. It never touches the API.
//
// A release is installed whole or not at all, and put in service by the page, between two customers.

// Filled by the build: every file of the release, and a name made of all their contents.
const RELEASE = { name: 'none', files: [] };

const CACHE = `candor-${RELEASE.name}`;
const SCOPE = new URL('./', self.location).href;

self.addEventListener('install', (event) => {
  const requests = RELEASE.files.map((file) => new Request(new URL(file, SCOPE), { cache: 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
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
  if (!RELEASE.files.includes(file)) return;
  event.respondWith(caches.match(new URL(file, SCOPE), { cacheName: CACHE }).then((kept) => kept || fetch(request)));
});
