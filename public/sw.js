// Keeps whole releases of the app, so that the kiosk starts without a network and with the release before when the new
// one does not start. It never touches the API.
//
// All that a page loads after itself lies in a folder that has its release's name: files of two releases have no
// address in common, so a page gets those of its own release whichever is in service. Only which page to answer with
// is decided here.

// Filled by the build: the release's name, which is its folder's, and the SHA-256 of every file.
const RELEASE = { name: 'none', files: {} };

// A tablet of ten years ago starts the app within five seconds.
const TRIAL_MS = 15_000;
// A tablet can lose its power during a trial; one that loses it each time is as good as broken.
const TRIES = 3;

const SCOPE = new URL('./', self.location).href;
// Beside the releases, not one of them.
const STATE = 'candor-state';
const STATE_FILE = new URL('state.json', SCOPE);
const cacheOf = (release) => `candor-${release}`;
const OWN = cacheOf(RELEASE.name);

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const kept = (file, cacheName) => caches.match(new URL(file, SCOPE), { cacheName });

// --- Installing: whole or not at all ---

// Exactly as it was built: a captive portal answers everything with 200 and a page of its own.
const isRight = async (file, answer) => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await answer.clone().arrayBuffer()));
  return answer.ok && Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === RELEASE.files[file];
};

// What is there and right stays, so that an installation goes on where the last one was interrupted.
const keepFile = async (cache, file) => {
  const address = new URL(file, SCOPE);
  const before = await cache.match(address);
  if (before && await isRight(file, before)) return;
  const answer = await fetch(address, { cache: 'no-cache' });
  if (!await isRight(file, answer)) throw new Error(`${file} is not that of the release`);
  await cache.put(address, answer);
};

// One file after the other: a customer's answer may want the network as well.
const keepRelease = async () => {
  const cache = await caches.open(OWN);
  for (const file of Object.keys(RELEASE.files)) await keepFile(cache, file);
};

const install = async () => {
  try {
    await keepRelease();
  } catch (fault) {
    // Half a release must not take the room that answers need. A whole one is not touched: it may be in service.
    if (fault.name === 'QuotaExceededError' && !await isKnown(RELEASE.name)) await caches.delete(OWN);
    throw fault;
  }
  // Whoever tidied up meanwhile may have taken the cache for an old one.
  if (!await kept('index.html', OWN)) throw new Error('the release did not stay');
};

// --- Which release is in service ---

// `release`: whose worker is active. `verdict` on it: empty during its trial, 'started' or 'failed'. `tries`: pages
// answered during the trial. `previous`: the one that was in service before, which has started once.
// Only the active worker writes it; in memory it also holds when the disk is full.
let state = null;

const readStored = async () => {
  const answer = await kept(STATE_FILE, STATE);
  return answer ? answer.json().catch(guess) : {};
};

// A power cut has left half of the note. Another release that is kept, and not on its way, has been in service before.
const guess = async () => {
  const { installing, waiting } = self.registration;
  if (installing || waiting) return { isGuess: true };
  const others = (await caches.keys()).filter((name) => name.startsWith('candor-release-') && name !== OWN);
  return { release: others[0]?.slice('candor-'.length), verdict: 'started', isGuess: true };
};

const isKnown = async (name) => {
  const { release, previous, isGuess } = await readStored();
  return isGuess || [release, previous].includes(name);
};

const read = async () => {
  const stored = state ?? await readStored();
  if (stored.release === RELEASE.name) state ??= stored;
  else await change({ release: RELEASE.name, verdict: '', tries: 0, previous: before(stored) });
  return state;
};

// A release that goes back into service after another one failed has nothing to fall back to but itself.
const before = ({ release, verdict, previous }) => {
  const name = verdict === 'started' ? release : previous;
  return name === RELEASE.name ? undefined : name;
};

const change = async (difference) => {
  state = { ...state, ...difference };
  const note = new Response(JSON.stringify(state));
  await caches.open(STATE).then((cache) => cache.put(STATE_FILE, note)).catch(() => {});
};

const isOnTrial = ({ verdict, previous }) => Boolean(previous && !verdict);

// The page to fall back to; none once its cache is gone.
const pageBefore = async ({ previous }) => (previous ? kept('index.html', cacheOf(previous)) : undefined);

let endTrial;
const trialEnded = new Promise((resolve) => { endTrial = resolve; });

// The page to answer with, and whether it is this release's own. One whose cache the browser has lost comes from the
// network, whatever release that has, or is the one before.
const choosePage = async (request) => {
  const now = await read();
  if (isOnTrial(now)) await change(now.tries < TRIES ? { tries: now.tries + 1 } : { verdict: 'failed' });
  const fallback = await pageBefore(state);
  if (fallback && state.verdict === 'failed') return { answer: fallback };
  const own = await kept('index.html', OWN);
  if (own) return { answer: own, isOwn: true };
  return { answer: await fetch(request).catch((fault) => fallback ?? Promise.reject(fault)) };
};

// Where even the caches fail, whatever can still be had is better than none.
const anyPage = async (request) => {
  const own = await kept('index.html', OWN).catch(() => {});
  return { answer: own ?? await fetch(request), isOwn: Boolean(own) };
};

const fileOf = async (request, path, cacheName) => await kept(path, cacheName).catch(() => {}) ?? fetch(request);

// Also when the release's page is too broken to say anything at all.
const watch = async (clientId) => {
  if (!isOnTrial(await read())) return;
  await Promise.race([trialEnded, pause(TRIAL_MS)]);
  const client = await self.clients.get(clientId);
  // Whoever closed the page did not wait for it to start.
  if (client && isOnTrial(state)) await fallBack(client);
};

// A client is only ever reloaded into another release than its own: it cannot go on for ever.
const fallBack = async (client) => {
  if (isOnTrial(await read())) await change({ verdict: 'failed' });
  if (state.verdict === 'failed' && await pageBefore(state)) await client.navigate(client.url);
};

// A page that came from another release changes when it can. The first worker of all finds its own.
const compare = async (shown, client) => {
  const { verdict, previous } = await read();
  const isFallback = verdict === 'failed' && shown === previous;
  const isOther = shown !== RELEASE.name && !isFallback;
  client.postMessage(isOther ? 'another release' : 'this release');
};

const begin = async () => {
  const now = await read();
  if (!now.verdict) await change({ verdict: 'started' });
  endTrial();
  await prune();
  // A browser may have dropped a file, or a power cut it.
  await keepRelease().catch(() => {});
};

// Nothing that may still be asked for: by a page that stands open and holds the lock with its release's name, by the
// next fall-back, by a release that is on its way.
const prune = async () => {
  const { installing, waiting } = self.registration;
  if (installing || waiting) return;
  const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
  const needed = new Set([STATE, OWN, cacheOf(state.previous), ...held]);
  const others = (await caches.keys()).filter((name) => name.startsWith('candor-') && !needed.has(name));
  await Promise.all(others.map((name) => caches.delete(name)));
};

// --- What the browser and the page ask for ---

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => event.waitUntil(read().then(() => self.clients.claim())));

self.addEventListener('message', (event) => {
  const { data, source } = event;
  if (data === 'switch') event.waitUntil(self.skipWaiting());
  else if (data.started === RELEASE.name) event.waitUntil(begin());
  else if (data.stuck === RELEASE.name) event.waitUntil(fallBack(source));
  else if (data.shown) event.waitUntil(compare(data.shown, source));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(SCOPE)) return;
  const path = request.url.slice(SCOPE.length).split(/[?#]/)[0];
  const [folder] = path.split('/');
  if (path === '' || path === 'index.html') {
    const chosen = choosePage(request).catch(() => anyPage(request));
    event.respondWith(chosen.then(({ answer }) => answer));
    event.waitUntil(chosen.then(({ isOwn }) => isOwn && watch(event.resultingClientId)));
  } else if (folder.startsWith('release-')) {
    event.respondWith(fileOf(request, path, cacheOf(folder)));
  } else if (Object.hasOwn(RELEASE.files, path)) {
    event.respondWith(fileOf(request, path, OWN));
  }
});
