// What the contract's golden file says of hashes holds for the events that fill a tablet.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ratings } from './events.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const device = '019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07';
const head = { device, epoch: 1, run: 1, seq: 0, hash: sha256(`candor:${device}:1`), responses: 0 };
const made = () => [...ratings(head, { responses: 50, piece: 7, now: Date.UTC(2026, 10, 30) })];

test('each event is linked to the one before it, in the order of its numbers', () => {
  const pieces = made();
  let before = head.hash;
  let seq = 0;
  for (const event of pieces.flatMap(({ events }) => events.map(({ json }) => JSON.parse(json)))) {
    seq += 1;
    assert.deepEqual([event.prevhash, event.deviceseq], [before, seq]);
    before = event.eventhash;
  }
  const last = pieces.at(-1).head;
  assert.deepEqual([last.hash, last.seq, last.responses], [before, seq, 50]);
});

test('the hash covers everything but itself, by names in their order', () => {
  const { json } = made()[0].events[0];
  const { data, deviceepoch: epoch, id, prevhash: prev, devicerun: run, deviceseq: seq, time, type, deviceuptime: uptime, eventhash } = JSON.parse(json);
  assert.equal(eventhash, sha256(JSON.stringify({ data, device, epoch, id, prev, run, seq, time, type: type.replace('cn.candor.', ''), uptime })));
});

test('the same each time, and no id twice', () => {
  assert.deepEqual(made(), made());
  const ids = made().flatMap(({ events }) => events.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length);
});
