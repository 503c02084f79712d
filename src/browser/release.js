// The service worker keeps a whole release of the app. This registers it, looks for the next release, and changes to
// that between two customers. In JavaScript, since it has to work when a release's wasm does not; fetched when nobody
// is being served, or after 20 seconds.

// A kiosk is never navigated, so the browser would not look by itself.
const EVERY_HOUR = 3_600_000;
const RESCUE_EVERY = 20_000;
const workers = navigator.serviceWorker;
let registration = null;
let isStale = false;

const hasStarted = () => 'ready' in document.documentElement.dataset;
const isQuiet = () => {
  const kiosk = document.getElementById('kiosk');
  return !kiosk.hidden && ['rating', 'attract'].includes(kiosk.dataset.screen);
};

const begin = async () => {
  registration = await workers.register('./sw.js').catch(() => null);
  if (!registration) return;
  setInterval(() => registration.update().catch(() => {}), EVERY_HOUR);
  // A release that does not start has no customer to wait for.
  setInterval(() => { if (!hasStarted()) registration.waiting?.postMessage('switch'); }, RESCUE_EVERY);
  let isControlled = Boolean(workers.controller);
  workers.addEventListener('controllerchange', () => {
    // The first worker of all changes nothing; another tab may have changed the release for this one.
    isStale = isControlled;
    isControlled = true;
    if (isStale && (isQuiet() || !hasStarted())) location.reload();
  });
};

// Absent outside a secure context: the kiosk then works as long as the network does.
if (workers) begin();

// Nobody is being served, nothing waits to be written and nobody has just touched the tablet.
export const atRest = () => {
  if (isStale) location.reload();
  else registration?.waiting?.postMessage('switch');
};
