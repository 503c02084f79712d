// From the address to the first rating button that answers a tap: with nothing on the tablet, on a slow network, and from the
// service worker after the tablet was switched on again; and from a tap to the frame that shows it.
import { setTimeout as pause } from 'node:timers/promises';
import { SLOW_4G, SLOW_CPU, launch, profile, slowDown, tap } from '../lib/browser.mjs';
import { filesOf } from '../lib/build.mjs';
import { startCollector } from '../lib/collector.mjs';
import { keptByServiceWorker, PATIENCE } from '../lib/kiosk.mjs';
import { startSite } from '../lib/site.mjs';

const BASELINE = 'hand-written page';
/** What a browser does by itself after its start is over by then, in ms. */
const SETTLED = 700;

const about = 'A button counts from when it has a place on the screen, nothing lies over it and something listens to it. It is then tapped at once, by the browser\'s own input: a round in which the tap shows nothing fails. The processor is slowed four times by DevTools, which slows neither workers nor the service worker: a real tablet is worse for large wasm than these figures say.';

export const tables = [
  { id: 'start-cold', title: 'Cold start to the first button that answers, 4× CPU', unit: 'ms', baseline: BASELINE, bar: { row: 'Candor', most: 1.15 }, about: `A new profile each time. ${about}` },
  { id: 'start-slow-4g', title: 'The same on slow 4G', unit: 'ms', baseline: BASELINE, bar: { row: 'Candor', most: 1.15 }, about: 'As above, with 150 ms, 1.6 Mbit/s down and 0.75 up.' },
  { id: 'start-warm', title: 'Warm start from the service worker, 4× CPU', unit: 'ms', baseline: BASELINE, bar: { row: 'Candor', most: 1.15 }, about: 'The browser is started anew with the same profile, and the page comes from its service worker. The peers have none of their own: theirs is the least that keeps all files and gives them back.' },
  { id: 'tap-painted', title: 'Tap to painted, 4× CPU', unit: 'ms', baseline: BASELINE, bar: { row: 'Candor', most: 1.1 }, about: 'From the browser\'s time of the pointer\'s release to the frame after the one that shows the answer: the next screen with Candor, what the page changes with the others. One tap a warm start.' },
];

const PEERS = [
  { name: BASELINE, path: '/pages/hand-written/', button: 'button.face', effect: '.thanks' },
  { name: 'Preact', path: '/pages/preact/', button: 'button.face', effect: '.thanks' },
  { name: 'Formbricks', path: '/pages/formbricks/', button: 'fieldset label', effect: 'textarea' },
  { name: 'Enketo', path: '/pages/enketo/', button: '.option-wrapper label', effect: 'html[data-answered]', flag: 'isReady' },
  { name: 'SurveyJS', path: '/pages/surveyjs/', button: '.sd-rating__item-smiley, .sd-rating label', effect: '[class*="sd-rating__item-smiley--selected"], .sd-rating__item--selected' },
];
const CANDOR = { name: 'Candor', path: '/', button: '[data-testid=rate-1]', effect: '[data-testid=follow-up]' };

// Runs before anything of the page does. Notes when its button answers, and when a tap on it was painted.
const watch = ({ button, effect, flag }) => {
  if (window !== window.top) return;
  const TAPS = /^(click|pointerdown|pointerup|mousedown|change|input|touchstart|touchend)$/;
  const noted = window.candorBench = { answers: 0, effect: 0, painted: 0 };
  const listening = new WeakSet();
  const add = EventTarget.prototype.addEventListener;
  const hears = (element) => listening.has(element) || Boolean(element.onclick);
  const isHeard = (element) => {
    for (let above = element; above; above = above.parentNode) if (hears(above)) return true;
    return listening.has(window) || [...element.querySelectorAll('*')].some(hears) || (element.control ? hears(element.control) : false);
  };
  const isInFront = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    if (!width || !height) return false;
    const front = document.elementFromPoint(x + width / 2, y + height / 2);
    return front !== null && (element.contains(front) || front.contains(element));
  };
  const look = () => {
    if (noted.answers) return true;
    const element = document.querySelector(button);
    if (!element || !isInFront(element) || !isHeard(element) || (flag && window[flag] !== true)) return false;
    noted.answers = performance.now();
    return true;
  };
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (TAPS.test(type)) {
      listening.add(this ?? window);
      queueMicrotask(look);
    }
    return add.call(this ?? window, type, ...rest);
  };
  new MutationObserver((_, observer) => { if (look()) observer.disconnect(); }).observe(document, { subtree: true, childList: true, attributes: true });
  // A style sheet or a module that comes late changes nothing in the document.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { if (!look()) setTimeout(() => port2.postMessage(null), 1); };
  port2.postMessage(null);

  let released = 0;
  add.call(window, 'pointerup', ({ timeStamp }) => { released ||= timeStamp; }, true);
  new MutationObserver((_, observer) => {
    if (!released || !document.querySelector(effect)?.checkVisibility()) return;
    observer.disconnect();
    noted.effect = performance.now() - released;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { noted.painted = performance.now() - released; };
      port2.postMessage(null);
    });
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
};

// One start with one tap. `pauseBeforeTap` in ms: none where the tap shall come as early as it can.
const start = async (context, target, { cpu, network, pauseBeforeTap }) => {
  const page = await context.newPage();
  await page.goto('about:blank');
  await pause(SETTLED);
  await page.addInitScript(watch, { button: target.button, effect: target.effect, flag: target.flag });
  const devtools = await slowDown(context, page, { cpu, network });
  await page.goto(target.address, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.candorBench?.answers > 0, null, { timeout: PATIENCE, polling: 20 });
  await pause(pauseBeforeTap);
  const place = await page.evaluate((button) => {
    const { x, y, width, height } = document.querySelector(button).getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  }, target.button);
  await tap(devtools, place);
  await page.waitForFunction(() => window.candorBench.painted > 0, null, { timeout: 60_000, polling: 50 });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  return { page, ...await page.evaluate(() => window.candorBench) };
};

const keepPeer = (page, target) => page.evaluate(async ({ path, files }) => {
  await navigator.serviceWorker.register(`/service-worker.js?files=${encodeURIComponent(JSON.stringify(files))}`, { scope: path });
  await new Promise((resolve) => {
    const look = () => navigator.serviceWorker.getRegistration(path).then((registration) => (registration?.active?.state === 'activated' ? resolve() : setTimeout(look, 50)));
    look();
  });
}, { path: target.path, files: filesOf(target.path) });

const keep = (page, target) => (target.name === CANDOR.name ? keptByServiceWorker(page) : keepPeer(page, target));

const coldAndWarm = async (chromium, target) => {
  const { folder, remove } = profile();
  let context;
  try {
    context = await launch(chromium, folder);
    const cold = await start(context, target, { cpu: SLOW_CPU, pauseBeforeTap: 0 });
    await keep(cold.page, target);
    await context.close();
    context = await launch(chromium, folder);
    const warm = await start(context, target, { cpu: SLOW_CPU, pauseBeforeTap: 3_000 });
    return { 'start-cold': cold.answers, 'start-warm': warm.answers, 'tap-painted': warm.painted };
  } finally {
    await context?.close();
    remove();
  }
};

const slow = async (chromium, target) => {
  const { folder, remove } = profile();
  let context;
  try {
    context = await launch(chromium, folder);
    return { 'start-slow-4g': (await start(context, target, { cpu: SLOW_CPU, network: SLOW_4G, pauseBeforeTap: 0 })).answers };
  } finally {
    await context?.close();
    remove();
  }
};

export const run = async ({ chromium, collector, rounds, note }) => {
  const [site, candor] = await Promise.all([startSite(), startCollector(collector)]);
  const targets = [
    ...PEERS.map((peer) => ({ ...peer, address: site.origin + peer.path })),
    { ...CANDOR, address: `${candor.origin}/` },
  ];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const place of targets.keys()) {
        // Each round begins with another one: none is always the first after a pause.
        const target = targets[(place + round) % targets.length];
        for (const [visit, of] of [[coldAndWarm, ['start-cold', 'start-warm', 'tap-painted']], [slow, ['start-slow-4g']]]) {
          const figures = await visit(chromium, target).catch((fault) => ({ fault, of }));
          note(round, target.name, figures);
        }
      }
    }
  } finally {
    site.stop();
    await candor.stop();
  }
};
