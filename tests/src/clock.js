// A clock in the hands of a test: it stands still until `letPass` moves it. A timer without delay is no matter of time
// and goes off as ever.
let now = performance.now();
const wall = Date.now() - now;
const pending = new Map();
let last = 1_000_000_000; // ids that the browser's own timers do not reach
const real = { set: window.setTimeout, clear: window.clearTimeout, clearInterval: window.clearInterval };
const nextTask = () => new Promise((resolve) => real.set.call(window, resolve, 0));
const forget = (clear) => (id) => { if (!pending.delete(id)) clear.call(window, id); };

performance.now = () => now;
Date.now = () => Math.floor(wall + now);
window.setTimeout = (work, delay = 0, ...values) => {
  if (!(delay > 0)) return real.set.call(window, work, 0, ...values);
  last += 1;
  pending.set(last, { due: now + delay, work: () => work(...values) });
  return last;
};
window.setInterval = (work, delay = 1, ...values) => {
  last += 1;
  pending.set(last, { due: now + delay, every: delay, work: () => work(...values) });
  return last;
};
window.clearTimeout = forget(real.clear);
window.clearInterval = forget(real.clearInterval);

// One timer after the other, each with time for what it leads to: that may set or clear further ones.
const letPass = async (millis) => {
  const end = now + millis;
  for (;;) {
    const [id, timer] = [...pending].sort(([, a], [, b]) => a.due - b.due)[0] ?? [];
    if (!timer || timer.due > end) break;
    now = Math.max(now, timer.due);
    if (timer.every) timer.due += timer.every; else pending.delete(id);
    timer.work();
    await nextTask();
  }
  now = end;
  await nextTask();
};
window.candorClock = { letPass };
