// The service worker keeps whole releases of the app. This registers it, looks for the next release, changes to that
// between two customers, and says whether this one has started. In JavaScript, since it has to work when a release's
// wasm does not; fetched when nobody is being served, or after ten seconds.

// Filled by the build, as everywhere.
const RELEASE = 'release-0000000000000000';

// A kiosk is never navigated, so the browser would not look by itself.
const LOOK_EVERY = 3_600_000;
const CHECK_EVERY = 5_000;
const REGISTER_EVERY = 60_000;
// As in the worker, which counts them by itself for as long as the browser lets it.
const TRIAL_MS = 15_000;
// The first load of all goes first: a slow network has enough to do with it.
const REGISTER_WITHIN = 20_000;

const workers = navigator.serviceWorker;
const root = document.documentElement;
let registration = null;
let isStale = false;
// Whether the worker in service has yet to say if this page is of its release.
let isUnknown = false;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const hasStarted = () => 'ready' in root.dataset;
const isIdle = () => document.getElementById('kiosk').dataset.screen === 'attract';

const started = new Promise((resolve) => {
  const look = () => { if (hasStarted()) resolve(); };
  new MutationObserver(look).observe(root, { attributeFilter: ['data-ready'] });
  look();
});

const report = () => {
  if (hasStarted()) workers.controller?.postMessage({ started: RELEASE });
  else if (performance.now() >= TRIAL_MS) workers.controller?.postMessage({ stuck: RELEASE });
};

// The kiosk takes this for the passing of time, and calls `atRest` if it is.
const askForRest = () => dispatchEvent(new Event('visibilitychange'));

const compare = () => {
  if (isUnknown) workers.controller?.postMessage({ shown: RELEASE });
};

const check = () => {
  compare();
  const isWaiting = isStale || registration?.waiting;
  if (hasStarted()) {
    if (isWaiting && isIdle()) askForRest();
  } else {
    // A release that does not start has no customer to wait for.
    registration?.waiting?.postMessage('switch');
    report();
  }
};

// One that is there stays good when asking for it anew is refused.
const register = async () => {
  registration = await workers.register('./sw.js').catch(() => workers.getRegistration()).catch(() => null);
};

// None where the browser has dropped it with everything else of this origin. The page then stays: it may be the only
// one that knows what the tablet recorded last.
const hasWorker = () => Boolean(registration?.active || registration?.waiting || registration?.installing);

const begin = async () => {
  // For as long as this page stands, no worker removes its release.
  navigator.locks?.request(`candor-${RELEASE}`, { mode: 'shared' }, () => new Promise(() => {}));
  workers.addEventListener('controllerchange', () => {
    report();
    isUnknown = true;
    compare();
  });
  // Another tab may have changed the release for this one.
  workers.onmessage = ({ data }) => {
    isUnknown = false;
    isStale = data === 'another release';
    if (!isStale) return;
    if (hasStarted()) askForRest();
    else location.reload();
  };
  started.then(report);
  setInterval(check, CHECK_EVERY);
  await Promise.race([started, pause(REGISTER_WITHIN - performance.now())]);
  await register();
  setInterval(() => registration?.update().catch(() => {}), LOOK_EVERY);
  setInterval(() => { if (!hasWorker()) register(); }, REGISTER_EVERY);
};

// Absent outside a secure context: the kiosk then works as long as the network does.
if (workers) begin();

// Nobody is being served, nothing waits to be written and nobody has just touched the tablet.
export const atRest = () => {
  if (isStale) location.reload();
  else registration?.waiting?.postMessage('switch');
};
