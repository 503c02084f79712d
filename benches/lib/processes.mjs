// What a browser's processes cost, as Linux counts it: workers, wasm and the browser's own work included.
import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks a second: 100 on every Linux that Chromium runs on. */
const TICKS = 100;

const text = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
};

// The program's name stands in brackets and may hold anything: counted from behind it.
const stat = (pid) => text(`/proc/${pid}/stat`).split(') ').at(-1).split(' ');
const parent = (pid) => Number(stat(pid)[1]);
const command = (pid) => text(`/proc/${pid}/cmdline`);

/** All processes of the browser that runs on a profile. */
const processes = (folder) => {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const parents = new Map(all.map((pid) => [pid, parent(pid)]));
  const found = new Set(all.filter((pid) => command(pid).includes(folder)));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [pid, above] of parents) if (found.has(above)) found.add(pid);
  }
  return [...found];
};

/** Seconds of processor time that the browser on this profile has taken so far. */
export const processorSeconds = (folder) => {
  const ticks = processes(folder).map((pid) => Number(stat(pid)[11]) + Number(stat(pid)[12])).filter(Number.isFinite);
  return ticks.reduce((sum, more) => sum + more, 0) / TICKS;
};

/** Megabytes (10⁶ bytes) that the pages of this browser hold for themselves alone, those of an empty tab included. */
export const pageMegabytes = (folder) => {
  const pages = processes(folder).filter((pid) => command(pid).includes('--type=renderer'));
  const kib = pages.flatMap((pid) => [...text(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm)]);
  return kib.reduce((sum, [, more]) => sum + Number(more), 0) * 1_024 / 1e6;
};
