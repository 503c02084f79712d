// The least that starts a page without a network: all files kept when it is installed, and given from there.
const files = JSON.parse(new URL(self.location).searchParams.get('files'));
self.addEventListener('install', (event) => event.waitUntil(caches.open('page').then((cache) => cache.addAll(files))));
self.addEventListener('fetch', (event) => event.respondWith(
  caches.match(event.request, { ignoreSearch: true }).then((kept) => kept ?? fetch(event.request)),
));
