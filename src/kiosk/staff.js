// Who serves: customers say who served them, before or after the rating as the owner wants it, and clerks sign in with a
// code. The list is the manager's; the session hears a number and nothing else. A rating never waits for any of this: it
// is stored with the tap. Fetched once the page stands.
import { holds, onSettings, read } from './record.js';

const root = document.documentElement;
const kiosk = document.getElementById('kiosk');
const main = kiosk.querySelector('.main');
const rate = document.getElementById('rate');
const wanted = new URLSearchParams(location.search);
// Faces on one page: as many as stay large.
const MANY = 12;
const FEW = 6;
// Whoever has passed the question over and left is somebody else by now; so is a clerk who left the pad.
const QUIET_MS = 45_000;
const PAD_MS = 30_000;
const MOST_DIGITS = 6;
const FEWEST_DIGITS = 4;

let settings = {};
let team = [];
let texts = null;
// What stands: 'who', 'clerk', 'pad', 'signed' or nothing; and which page of faces.
let stands = '';
let page = 0;
let clerk = null;
// Whether this customer has been asked, and was in the middle of something when it was last looked.
let isAsked = false;
let wasBusy = false;
let quiet = 0;

const make = (name, parts, ...children) => {
  const { data = {}, aria = {}, ...rest } = parts;
  const element = Object.assign(document.createElement(name), rest);
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(`aria-${key}`, value);
  element.append(...children.filter(Boolean));
  return element;
};
const words = () => texts[root.lang] || texts.en;
const fill = (text, part) => text.replace('{}', part);
const button = (testid, className, label, press) => make('button', { type: 'button', className, data: { testid }, onclick: ({ detail }) => { if (detail < 2) press(); } }, label);

const face = ({ name, photo }) => (photo
  ? make('img', { className: 'portrait', src: photo, alt: '' })
  : make('span', { className: 'portrait', aria: { hidden: 'true' } }, Array.from(name)[0] || ''));

// --- The list ---------------------------------------------------------------------------------------------------------

const active = () => team.filter((member) => member.active !== false);
const offered = () => {
  const point = wanted.get('point') || holds().point || settings.point || '';
  const here = active().filter(({ points = [] }) => !points.length || points.includes(point));
  return here.length ? here : active();
};
const member = (number) => team.find((known) => known.number === number);

const people = (list, choose) => {
  const size = root.hasAttribute('data-large') ? FEW : MANY;
  const pages = Math.ceil(list.length / size);
  page = Math.min(page, Math.max(pages - 1, 0));
  const person = (one) => {
    const made = button(`person-${one.number}`, 'person', '', () => choose(one));
    made.append(face(one), make('b', { dir: 'auto' }, one.name), make('small', { dir: 'ltr' }, one.number));
    return made;
  };
  const turn = (testid, label, by) => button(testid, 'button plain', label, () => { page += by; draw(); });
  return {
    faces: make('div', { className: 'people', role: 'group', aria: { labelledby: 'who-title' } }, ...list.slice(page * size, (page + 1) * size).map(person)),
    turns: [page > 0 && turn('people-before', words().before, -1), page < pages - 1 && turn('people-more', words().more, 1)],
  };
};

// --- What stands ------------------------------------------------------------------------------------------------------

const close = () => {
  if (!stands) return;
  stands = '';
  clerk = null;
  document.getElementById('who')?.remove();
  delete kiosk.dataset.who;
  clearTimeout(quiet);
  // A screen reader goes on with what stood behind it.
  (document.querySelector('.why h1') || document.querySelector('#rate [data-level]'))?.focus({ preventScroll: true });
};

const show = (title, hint, ...parts) => {
  const heading = make('h1', { id: 'who-title', tabIndex: -1 }, title);
  const head = make('div', {}, heading, hint && make('p', { className: 'sub' }, hint));
  const shown = make('section', { id: 'who', className: 'who', data: { testid: `staff-${stands}` }, aria: { labelledby: 'who-title' } }, head, ...parts);
  document.getElementById('who')?.remove();
  kiosk.dataset.who = stands;
  main.append(shown);
  setTimeout(() => { if (heading.isConnected) heading.focus({ preventScroll: true }); }, 50);
};

const open = (what) => {
  stands = what;
  page = 0;
  draw();
  stayAwhile();
};

// The pad and what leads to it do not stay open behind a clerk's back.
const stayAwhile = () => {
  clearTimeout(quiet);
  if (stands && stands !== 'who') quiet = setTimeout(close, PAD_MS);
};

const draw = () => ({ who: drawWho, clerk: drawClerk, pad: drawPad, signed: drawSigned })[stands]?.();

const name = (number) => {
  isAsked = true;
  close();
  candor.handle?.('staff', number);
};

const drawWho = () => {
  const { faces, turns } = people(offered(), ({ number }) => name(number));
  show(words().who, words().who_hint, faces, make('div', { className: 'go' }, ...turns, button('staff-unknown', 'button plain', words().unknown, () => name(''))));
};

// --- Signing in -------------------------------------------------------------------------------------------------------

const cancel = () => button('staff-cancel', 'button plain', words().cancel, close);

const drawClerk = () => {
  const { faces, turns } = people(active(), (one) => { clerk = one; open('pad'); });
  show(words().who_signs_in, '', faces, make('div', { className: 'go' }, ...turns, cancel()));
};

const drawSigned = () => {
  const { number, name: called } = member(holds().signed_in) || { number: '', name: '' };
  const out = button('sign-out', 'button', words().sign_out, () => candor.ask('sign-out'));
  show(fill(words().signed_in, called), number, make('div', { className: 'go' }, cancel(), out));
};

const drawPad = () => {
  const field = make('input', { type: 'password', inputMode: 'none', autocomplete: 'off', maxLength: MOST_DIGITS, className: 'words code', data: { testid: 'staff-code' }, aria: { label: words().code, describedby: 'code-says' } });
  const says = make('p', { id: 'code-says', className: 'lack', role: 'alert', data: { testid: 'code-says' } });
  const type = (digits) => { field.value = digits.slice(0, MOST_DIGITS); says.textContent = ''; stayAwhile(); };
  const send = () => {
    if (says.dataset.waits) return;
    const code = field.value;
    field.value = '';
    if (!/^\d+$/.test(code) || code.length < FEWEST_DIGITS) { says.textContent = words().wrong; return; }
    candor.ask(`sign-in ${code} ${clerk.number}`);
  };
  field.onkeydown = ({ key }) => {
    stayAwhile();
    if (key === 'Enter') send();
    if (key === 'Escape') close();
  };
  const key = (digit) => button(`code-${digit}`, 'key', String(digit), () => type(field.value + digit));
  const keys = make('div', { className: 'keys', dir: 'ltr' }, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(key),
    button('code-delete', 'key', '⌫', () => type(field.value.slice(0, -1))), key(0), button('code-send', 'key sure', '✓', send));
  keys.children[9].ariaLabel = words().delete;
  keys.children[11].ariaLabel = words().sign_in;
  const who = make('p', { className: 'by' }, face(clerk), make('b', { dir: 'auto' }, clerk.name));
  show(words().code, '', who, field, says, keys, make('div', { className: 'go' }, cancel()));
  setTimeout(() => { if (field.isConnected) field.focus({ preventScroll: true }); }, 100);
};

// Tells the seconds down; until then nothing is sent.
const wait = (left, before) => {
  const says = document.getElementById('code-says');
  if (!says) return;
  says.dataset.waits = left > 0 ? 'on' : '';
  says.textContent = [before, left > 0 && fill(words().wait, Math.ceil(left / 1_000).toLocaleString(root.lang))].filter(Boolean).join(' ');
  if (left > 0) setTimeout(() => { if (says.isConnected) wait(left - 1_000, before); }, 1_000);
};

new BroadcastChannel('candor-staff').onmessage = ({ data }) => {
  const [what, left] = String(data).split(' ');
  if (what === 'signed-in' || what === 'signed-out') close();
  if (stands !== 'pad') return;
  if (what === 'wrong') wait(Number(left), words().wrong);
  if (what === 'wait') wait(Number(left), '');
  if (what === 'failed') document.getElementById('code-says').textContent = words().failed;
};

// --- Beside the question ----------------------------------------------------------------------------------------------

// Who serves, above the question, and in the corner the way in for clerks.
const badge = () => {
  const [sign, number] = [(root.dataset.served || '-')[0], (root.dataset.served || '-').slice(1)];
  const shown = texts && kiosk.dataset.screen === 'rating' && member(number);
  const isChosen = shown && sign === '+' && settings.ask_staff === 'before';
  const of = shown && (settings.show_staff || isChosen) ? [number, shown.name, isChosen, root.lang].join('\n') : '';
  const before = document.getElementById('served-by');
  if ((before?.dataset.of || '') === of) return;
  before?.remove();
  if (!of) return;
  const change = isChosen && button('change-staff', '', words().change, () => { isAsked = false; candor.handle('staff', ''); });
  rate.prepend(make('p', { id: 'served-by', className: 'by', data: { of, testid: 'served-by' } }, face(shown), make('span', { dir: 'auto' }, fill(words().served, shown.name)), change));
};

const corner = () => {
  const of = texts && settings.sign_in && active().length ? [root.lang, holds().signed_in || ''].join('\n') : '';
  const before = document.getElementById('sign-in');
  if ((before?.dataset.of || '') === of) return;
  before?.remove();
  if (!of) return;
  const signed = member(holds().signed_in);
  const label = signed ? fill(words().signed_in, signed.name) : words().staff;
  const way = button('staff-sign-in', 'notice clerk', label, () => { if (candor.handle) open(holds().signed_in ? 'signed' : 'clerk'); });
  Object.assign(way, { id: 'sign-in' });
  way.dataset.of = of;
  kiosk.querySelector('.foot').append(way);
};

// --- When customers are asked -----------------------------------------------------------------------------------------

const isDue = () => {
  const { served } = root.dataset;
  if (served === undefined || isAsked || !texts || !offered().length || document.getElementById('manager').hidden === false) return false;
  const [isBusy, number] = [served[0] === '+', served.slice(1)];
  if (number) return false;
  const { screen } = kiosk.dataset;
  return settings.ask_staff === 'before' ? screen === 'rating' && !isBusy : settings.ask_staff === 'after' && screen === 'follow-up';
};

const look = () => {
  const { screen } = kiosk.dataset;
  const isBusy = root.dataset.served?.[0] === '+';
  // The next customer is asked anew. Whoever passed the question over before rating is at rest as well, for a while.
  if (!['rating', 'follow-up'].includes(screen) || (wasBusy && !isBusy)) isAsked = false;
  wasBusy = isBusy;
  const isOfClerk = stands && stands !== 'who';
  if (isOfClerk && (isBusy || !['rating', 'attract'].includes(screen))) close();
  else if (!isOfClerk && isDue()) { if (stands !== 'who') open('who'); } else if (stands === 'who') close();
  badge();
  corner();
};

let passed = 0;
const touched = () => {
  stayAwhile();
  clearTimeout(passed);
  passed = setTimeout(() => { if (root.dataset.served?.[0] !== '+') { isAsked = false; look(); } }, QUIET_MS);
};
for (const type of ['pointerdown', 'keydown']) addEventListener(type, touched, true);

const load = async () => {
  [settings, team] = await Promise.all([read('settings', {}), read('staff-list', [])]);
  const isUsed = team.length && (settings.sign_in || settings.show_staff || ['before', 'after'].includes(settings.ask_staff));
  if (isUsed && !texts) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('./staff.css', import.meta.url).href }));
    texts = await fetch(new URL('./staff.json', import.meta.url)).then((answer) => answer.json()).catch(() => null);
  }
  look();
};

new MutationObserver(look).observe(root, { attributeFilter: ['data-served', 'data-holds'] });
new MutationObserver(look).observe(kiosk, { attributeFilter: ['data-screen'] });
// Another language, or large text: the same in it.
new MutationObserver(() => { if (stands && stands !== 'pad') draw(); badge(); corner(); }).observe(root, { attributeFilter: ['lang', 'data-large'] });
onSettings(load);
load();
