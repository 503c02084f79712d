// What the attract screen shows besides the question, in turn: pictures, clips, and what became of what people said; and a
// code that opens the survey on a customer's own phone. The records are read by itself when the loop begins: pictures in the
// memory of the wasm would stay there for good.
import { holds, record } from './record.js';

const kiosk = document.getElementById('kiosk');
const STAND_MS = 8_000;
const still = matchMedia('(prefers-reduced-motion: reduce)');

const read = async () => {
  try {
    const { pictures = [], cards = [] } = JSON.parse(await record('attract'));
    // Of a set only while a shift names it.
    const { attract } = holds();
    const isOn = ({ set }) => !set || set === attract;
    return { pictures: pictures.filter(isOn), cards: cards.filter(isOn) };
  } catch { return { pictures: [], cards: [] }; }
};

const make = (name, className, ...children) => {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
};

const blobOf = (data) => {
  const [head, body] = data.split(',');
  return new Blob([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], { type: head.slice(5).split(';')[0] });
};

// Each gives an element and, for a clip, how to be rid of it.
const picture = ({ data }) => {
  if (!data.startsWith('data:video/')) {
    const image = make('img', 'loop-picture');
    image.alt = '';
    image.src = data;
    return { element: image };
  }
  const address = URL.createObjectURL(blobOf(data));
  const clip = make('video', 'loop-picture');
  Object.assign(clip, { muted: true, loop: true, playsInline: true, autoplay: !still.matches, src: address });
  return { element: clip, end: () => URL.revokeObjectURL(address) };
};
const card = ({ said, done }) => ({ element: make('figure', 'loop-card', make('blockquote', 'loop-said', said), make('p', 'loop-done', done)) });

const style = () => {
  if (document.getElementById('loop')) return;
  document.head.append(Object.assign(document.createElement('link'), { id: 'loop', rel: 'stylesheet', href: new URL('./loop.css', import.meta.url).href }));
};
const isThere = (stage) => stage?.isConnected && kiosk.dataset.screen === 'attract';

// --- The code for a customer's own phone ----------------------------------------------------------------------------

// The keeper draws it: what does that is no part of what every tablet loads first.
const drawn = (text) => new Promise((resolve) => {
  const channel = new BroadcastChannel('candor-code');
  const end = (drawing) => { channel.close(); resolve(drawing); };
  channel.onmessage = ({ data }) => {
    const [head, of] = String(data).split('\n');
    const [, side, path] = head.match(/^drawn (\d+) (.*)$/) || [];
    if (path && of === text) end({ side, path });
  };
  channel.postMessage(`draw ${text}`);
  setTimeout(end, 5_000, null);
});

const element = (name, attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const words = async () => {
  const language = document.documentElement.lang;
  try {
    const file = await (await fetch(new URL(`./languages/${language}.json`, import.meta.url))).json();
    return file.words.own_phone;
  } catch { return ''; }
};

const offerPhone = async (stage) => {
  let settings = {};
  try { settings = JSON.parse(await record('settings')) || {}; } catch { /* as at first: none is offered */ }
  if (!settings.link) return;
  const address = new URL(settings.link);
  address.search = new URLSearchParams({ channel: 'link', survey: settings.survey || '', point: settings.point || '' });
  const [drawing, said] = await Promise.all([drawn(address.href), words()]);
  if (!drawing || !isThere(stage)) return;
  const { side, path } = drawing;
  const code = element('svg', { viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': `${said} ${address.host}`, 'shape-rendering': 'crispEdges' });
  code.append(element('path', { fill: '#fff', d: `M0 0h${side}v${side}h-${side}z` }), element('path', { fill: '#000', d: path }));
  style();
  const card = make('figure', 'loop-code', code, make('figcaption', '', said));
  card.dataset.address = address.href;
  stage.append(card);
};

// --- Pictures and cards ---------------------------------------------------------------------------------------------

let stop = () => {};
const begin = async () => {
  stop();
  if (!document.querySelector('.loop-code')) offerPhone(document.querySelector('.attract'));
  const { pictures, cards } = await read();
  const own = cards.filter(({ locale }) => !locale || locale === document.documentElement.lang);
  const most = Math.max(pictures.length, own.length);
  const turns = [];
  // A picture, a card, a picture: whichever there are more of go on alone.
  for (let turn = 0; turn < most; turn += 1) {
    if (pictures[turn]) turns.push(() => picture(pictures[turn]));
    if (own[turn]) turns.push(() => card(own[turn]));
  }
  const stage = document.querySelector('.attract');
  if (!turns.length || !isThere(stage)) return;
  style();
  const frame = make('div', 'loop');
  stage.prepend(frame);
  stage.classList.add('has-loop');
  let at = 0;
  let shown = null;
  const next = () => {
    shown?.end?.();
    shown = turns[at % turns.length]();
    at += 1;
    frame.replaceChildren(shown.element);
  };
  next();
  // Without motion one stands still for as long as the screen does.
  const timer = turns.length > 1 && !still.matches ? setInterval(next, STAND_MS) : 0;
  const watch = new MutationObserver(() => { if (!stage.isConnected) stop(); });
  stop = () => {
    clearInterval(timer);
    shown.end?.();
    watch.disconnect();
    frame.remove();
    stage.classList.remove('has-loop');
    stop = () => {};
  };
  watch.observe(document.getElementById('stage'), { childList: true, subtree: true });
};

// --- What moves --------------------------------------------------------------------------------------------------------

// Seldom, and by single steps: an endless animation has the tablet draw sixty pictures a second all night.
const NOD_MS = 60_000;
const DRIFT_MS = 240_000;
// The same picture for months burns in.
const PLACES = ['0px', '12px 6px', '0px -12px', '-12px 6px'];

const nod = () => {
  if (still.matches || kiosk.dataset.screen !== 'attract') return;
  document.querySelectorAll('.row-of-faces svg').forEach((face, place) => {
    face.animate({ transform: ['none', 'translateY(-14px)', 'none'] }, { duration: 1_200, delay: 400 * place, easing: 'ease-in-out' });
  });
};

let moving = [];
const move = () => {
  moving.forEach(clearInterval);
  if (!['attract', 'asleep'].includes(kiosk.dataset.screen)) return;
  let at = 0;
  const drift = () => {
    at = (at + 1) % PLACES.length;
    const stage = document.querySelector('.attract');
    if (stage) stage.style.translate = PLACES[at];
  };
  moving = [setInterval(drift, DRIFT_MS), setInterval(nod, NOD_MS)];
  nod();
};
new MutationObserver(move).observe(kiosk, { attributeFilter: ['data-screen'] });
move();

const beginAnew = new MutationObserver(() => { if (kiosk.dataset.screen === 'attract') begin(); });
beginAnew.observe(kiosk, { attributeFilter: ['data-screen'] });
// Another shift can have another set.
beginAnew.observe(document.documentElement, { attributeFilter: ['data-holds'] });
if (kiosk.dataset.screen === 'attract') begin();
