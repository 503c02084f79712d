// How a program beside the tablet, or a scanner that types, asks a customer for a rating: docs/clerk.md is the contract.
// Fetched once the page stands. Nobody is told what a customer tapped, only whether.
import('./staff.js');
import('./switch.js');

const root = document.documentElement;
const manager = document.getElementById('manager');
// As the addresses of the page are cut: it goes into every event.
const MOST = 60;
// A scanner types a character every few milliseconds; nobody else does.
const SCANNED_MS = 50;
const FEWEST = 4;

const plain = (value) => (typeof value === 'string' || typeof value === 'number'
  ? Array.from(String(value).replace(/\p{Cc}+/gu, ' ').trim()).slice(0, MOST).join('') : '');

// Who has asked and was not answered yet, in their order, and whose offer the present one is.
const asked = [];
let present = null;
let told = '';
let count = 0;

const offer = (by, { point, staff, ticket }, answer) => {
  if (!candor.handle) return answer('starting');
  if (!manager.hidden) return answer('busy');
  asked.push(answer);
  candor.handle('offer', [by, ...[point, staff, ticket].map(plain)].join('\n'));
};

const standing = () => {
  const [number, name] = (root.dataset.offer || '0 ').split(' ');
  return { number: Number(number), name };
};

// The kiosk counts the offers that it was asked to make, whatever becomes of them; with new settings it begins anew.
new MutationObserver(() => {
  const { number, name } = standing();
  if (number !== count) {
    count = number;
    if (!number) return;
    const answer = asked.shift();
    if (!['busy', 'known'].includes(name)) present = answer;
    answer?.(name);
  } else if (name !== told) present?.(name);
  told = name;
}).observe(root, { attributes: true, attributeFilter: ['data-offer'] });

// --- Programs -------------------------------------------------------------------------------------------------------

const hear = (message, send) => {
  if (message?.candor !== 1) return;
  const answer = (name) => send({ candor: 1, type: 'standing', id: message.id ?? null, standing: name });
  if (message.type === 'offer') offer('program', message, answer);
  else if (message.type === 'withdraw') candor.handle?.('withdraw', '');
  else if (message.type === 'ask') answer(candor.handle ? standing().name || 'idle' : 'starting');
};

const channel = new BroadcastChannel('candor-clerk');
// Its own answers do not come back to it.
channel.onmessage = ({ data }) => { if (data?.type !== 'standing') hear(data, (answer) => channel.postMessage(answer)); };

// From another origin only where the owner has named it.
addEventListener('message', ({ data, origin, source }) => {
  const isKnown = origin === location.origin || (root.dataset.programs || '').split(' ').includes(origin);
  if (isKnown && source && source !== window) hear(data, (answer) => source.postMessage(answer, origin));
});

// --- A scanner that types -------------------------------------------------------------------------------------------

// A code can be an address with the number in it.
const visitOf = (code) => {
  const address = URL.canParse?.(code) && new URL(code).searchParams;
  return address && address.has('ticket') ? Object.fromEntries(address) : { ticket: code };
};

let typed = '';
let last = 0;
addEventListener('keydown', (event) => {
  if (!root.dataset.scanner || !manager.hidden || event.target.closest?.('input, textarea')) return;
  if (event.timeStamp - last > SCANNED_MS) typed = '';
  last = event.timeStamp;
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    // A letter on a button that has the focus would do nothing, a space would tap it.
    if (typed) event.preventDefault();
    typed += event.key;
  } else if (event.key === 'Enter' && typed.length >= FEWEST) {
    event.preventDefault();
    event.stopPropagation();
    offer('scanner', visitOf(typed), () => {});
    typed = '';
  }
}, true);
