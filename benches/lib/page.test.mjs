// `node --test` runs these: what the page says of bars, rounds and failures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, page, tooFew, verdicts } from './page.mjs';
import { Record } from './record.mjs';
import { median, quantile, ratioTo } from './statistics.mjs';

const definition = { id: 'start', title: 'Start', unit: 'ms', baseline: 'by hand', bar: { row: 'Candor', most: 1.15 }, about: 'About.' };
const circumstances = { when: '2026-11-30T00:00:00Z', load: [0.1, 0.2], size: 'full', versions: { candor: '0.1', chromium: 'Chromium 1', node: 'v20' }, machine: { processor: 'one', cores: 2, memory_gib: 8, system: 'Linux' } };

const table = (rounds, candor, definitions = definition) => {
  const record = new Record([definitions]);
  for (let round = 0; round < rounds; round += 1) {
    record.note(round, 'by hand', { start: 100 + round });
    record.note(round, 'Candor', { start: candor * (100 + round) });
  }
  return { ...circumstances, ...record.tables().start };
};

test('a ratio is the median of the ratios of the rounds', () => {
  assert.equal(ratioTo([2, 40, 9], [1, 10, 3]), 3);
  assert.equal(ratioTo([2, null, 4], [1, 1, null]), 2, 'of the rounds that both have');
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([0, 10], 0.25), 2.5);
});

test('a round that failed counts in no median and is told', () => {
  const record = new Record([definition]);
  record.note(0, 'by hand', { start: 100 });
  record.note(1, 'by hand', { fault: new Error('no effect'), of: ['start'] });
  record.note(2, 'by hand', { start: 300 });
  const { start } = record.tables();
  assert.deepEqual(start.rows['by hand'].values, [100, null, 300]);
  assert.equal(median(start.rows['by hand'].values), 200);
  assert.match(page({ tables: { start: { ...circumstances, ...start } } }), /- by hand, round 2: no effect/);
});

test('a bar is kept or missed by what was measured, and missed where nothing was', () => {
  const isKept = (of) => verdicts(of)[0].isKept;
  assert.equal(isKept(table(9, 1.1)), true);
  assert.equal(isKept(table(9, 1.2)), false);
  assert.equal(isKept({ ...table(9, 1.1), bar: { row: 'nobody', most: 1 } }), false);
  assert.equal(isKept(table(9, 0.7, { ...definition, bar: { row: 'Candor', least: 0.8 } })), false);
  assert.match(page({ tables: { start: table(9, 1.2) } }), /measured 1\.20: \*\*missed\*\*/);
});

test('fewer than nine rounds are no result, and the page says so', () => {
  assert.deepEqual(tooFew({ tables: { start: table(8, 1) } }), ['start']);
  assert.deepEqual(tooFew({ tables: { start: table(9, 1) } }), []);
  assert.match(page({ tables: { start: table(8, 1) } }), /Not a result:\*\* 8 rounds/);
  assert.doesNotMatch(page({ tables: { start: table(9, 1) } }), /Not a result/);
});

test('figures are rounded to what was measured', () => {
  assert.deepEqual([0.0234, 12.34, 123.4, 12345.6, NaN].map(figure), ['0.02', '12.3', '123', '12,346', '–']);
});
