// For whoever uses a switch or a few keys instead of a touch: a frame moves from place to place and a press takes what it
// stands at; or a key for each level. What moves is the focus itself, so that a screen reader says where it is. Where there
// is much on a screen, the frame goes by rows first. Fetched once the page stands.
import { onSettings, read } from './record.js';

const root = document.documentElement;
const kiosk = document.getElementById('kiosk');
// So many times round without a press, and whoever used the switch has gone.
const ROUNDS = 3;
// More places than this in one round take too long.
const MOST_FLAT = 8;
const SAME_ROW_PX = 24;

let way = 'off';
let pace = 2_000;
// The places of the round, each with the elements that the frame is drawn around; where it stands; the row it is in.
let places = [];
let at = -1;
let row = null;
let rounds = 0;
let timer = 0;
// Runs while what a tap leads to is being drawn.
let drawing = 0;

const isUsable = (element) => !element.disabled && element.getClientRects().length > 0 && !element.closest('[inert], [data-door]');
const buttons = (within) => Array.from(within?.querySelectorAll('button') || []).filter(isUsable);

const byRows = (elements) => {
  const rows = [];
  for (const element of elements) {
    const { top } = element.getBoundingClientRect();
    const last = rows.at(-1);
    if (last && Math.abs(last.top - top) < SAME_ROW_PX) last.elements.push(element);
    else rows.push({ top, elements: [element] });
  }
  return rows.map(({ elements: members }) => members);
};

// What stands in front comes first, and alone.
const survey = () => {
  const front = document.querySelector('.warning') || (document.getElementById('more').hidden ? null : document.getElementById('more'));
  if (front) return buttons(front).map((element) => [element]);
  const stage = buttons(kiosk.querySelector('.main'));
  const rows = byRows(stage);
  const rest = [buttons(kiosk.querySelector('.tools')), buttons(kiosk.querySelector('.foot'))].filter((members) => members.length);
  const isLong = stage.length > MOST_FLAT && rows.length > 1;
  return [...(isLong ? rows : stage.map((element) => [element])), ...rest];
};

const unmark = () => { for (const element of document.querySelectorAll('[data-scan]')) element.removeAttribute('data-scan'); };

const mark = () => {
  unmark();
  const members = places[at] || [];
  for (const element of members) element.setAttribute('data-scan', members.length > 1 ? 'row' : 'one');
  members[0]?.focus({ preventScroll: true });
  members[0]?.scrollIntoView({ block: 'nearest' });
};

const rest = () => {
  clearTimeout(timer);
  clearTimeout(drawing);
  at = -1;
  row = null;
  places = [];
  unmark();
};

// Whether the places are still those of the screen that stands.
const isStale = () => {
  if (row) return !places.every(([element]) => element.isConnected && isUsable(element));
  const now = survey();
  return now.length !== places.length || now.some((members, place) => members[0] !== places[place][0] || members.length !== places[place].length);
};

const begin = () => {
  row = null;
  places = survey();
  at = 0;
  rounds = 0;
  mark();
  tick();
};

const tick = () => {
  clearTimeout(timer);
  if (way === 'one') timer = setTimeout(() => { step(); if (at >= 0) tick(); }, pace);
};

const step = () => {
  clearTimeout(drawing);
  if (!document.getElementById('manager').hidden) return rest();
  if (isStale()) return begin();
  at += 1;
  if (at < places.length) return mark();
  // Once round a row without a press leads out of it, to the one after.
  if (row) {
    const before = row;
    row = null;
    places = survey();
    at = (places.findIndex(([first]) => first === before) + 1) % Math.max(places.length, 1);
    return mark();
  }
  at = 0;
  rounds += 1;
  if (rounds >= ROUNDS && way === 'one') return rest();
  mark();
};

const take = () => {
  clearTimeout(drawing);
  if (at < 0 || isStale()) return begin();
  rounds = 0;
  const members = places[at];
  if (members.length > 1) {
    row = members[0];
    places = members.map((element) => [element]);
    at = 0;
    mark();
    return tick();
  }
  members[0].click();
  // What the tap leads to is drawn first; where it leads nowhere the round goes on from here.
  drawing = setTimeout(() => {
    if (isStale()) begin();
    else { mark(); tick(); }
  }, 120);
};

// --- Keys -------------------------------------------------------------------------------------------------------------

const level = (key) => (root.dataset.scanner ? null : document.querySelector(`#rate [data-level="${key}"]`));

addEventListener('keydown', (event) => {
  if (way === 'off' || !document.getElementById('manager').hidden) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.('input, textarea')) return;
  const use = (act) => {
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) act();
  };
  if (/^\d$/.test(event.key)) {
    const key = level(event.key);
    if (key && isUsable(key)) use(() => key.click());
    return;
  }
  const isSpace = event.key === ' ';
  const isEnter = event.key === 'Enter';
  if (way === 'one' && (isSpace || isEnter)) use(take);
  else if (way === 'two' && isEnter) use(take);
  else if (way === 'two' && isSpace) use(() => { if (at < 0) begin(); else step(); });
}, true);
// A space taps what has the focus when it is let go.
addEventListener('keyup', (event) => {
  if (['one', 'two'].includes(way) && event.key === ' ' && document.getElementById('manager').hidden && !event.target.closest?.('input, textarea')) event.preventDefault();
}, true);
// A finger takes over.
addEventListener('pointerdown', rest, true);

const load = async () => {
  const { switches = 'off', scan_ms: ms } = await read('settings', {});
  way = switches;
  pace = ms || pace;
  root.dataset.switches = way;
  if (way === 'off') rest();
  if (way !== 'off' && !document.getElementById('switch-style')) {
    document.head.append(Object.assign(document.createElement('link'), { id: 'switch-style', rel: 'stylesheet', href: new URL('./staff.css', import.meta.url).href }));
  }
};
onSettings(load);
load();
