// What a browser's processes cost, as Linux counts it: workers, wasm and the browser's own work included.
import { readFileSync, readdirSync } from 'node:fs';

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

/**
 * Milliseconds of processor time that each thread of the browser on this profile has taken so far. By the scheduler's own
 * count: the clock ticks of `stat` are longer than all that an idle page does.
 */
const threads = (folder) => new Map(processes(folder).flatMap((pid) => {
  let ids = [];
  try {
    ids = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended meanwhile.
  }
  return ids.map((id) => [id, Number(/^se\.sum_exec_runtime\s*:\s*([\d.]+)/m.exec(text(`/proc/${pid}/task/${id}/sched`))?.[1])]);
}).filter(([, ms]) => Number.isFinite(ms)));

/** Begins to count what the browser on this profile takes. Gives how many seconds of processor time it was since; what a
 *  thread took that has ended meanwhile is not in it. */
export const countProcessorTime = (folder) => {
  const before = threads(folder);
  if (before.size === 0) throw new Error('this kernel does not tell the processor time of threads (/proc/PID/task/TID/sched)');
  return () => [...threads(folder)].reduce((sum, [id, ms]) => sum + ms - (before.get(id) ?? 0), 0) / 1_000;
};

/** Megabytes (10⁶ bytes) that the pages of this browser hold for themselves alone, those of an empty tab included. */
export const pageMegabytes = (folder) => {
  const pages = processes(folder).filter((pid) => command(pid).includes('--type=renderer'));
  const kib = pages.flatMap((pid) => [...text(`/proc/${pid}/smaps_rollup`).matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm)]);
  return kib.reduce((sum, [, more]) => sum + Number(more), 0) * 1_024 / 1e6;
};
