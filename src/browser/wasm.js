// Starts a module of the app: its script, and its wasm, which it compiles without ever being in want of a thread. Firefox
// on two cores can lose those that compile in the background to a page or worker that ended meanwhile: then no compilation
// in the background ends in that process, for as long as it lives. One in the foreground does, in 10 ms.

// A tablet of ten years ago has compiled the largest within two seconds of its last byte.
const LATE_MS = 3_000;

const pause = () => new Promise((resolve) => { setTimeout(resolve, LATE_MS); });

// Browsers of former years compile no more than 4 kB in the foreground.
const compile = (bytes) => {
  try { return new WebAssembly.Module(bytes); } catch { return WebAssembly.compile(bytes); }
};

const read = async (address, how) => {
  const answer = await fetch(address, how);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.arrayBuffer();
};

const compiled = async (address) => {
  // There is no stream where a server gives it another type than application/wasm.
  const streamed = WebAssembly.compileStreaming(fetch(address)).catch(() => null);
  for (;;) {
    const module = await Promise.race([streamed, pause()]);
    if (module) return module;
    if (module === null) return compile(await read(address));
    // Only what is here already: over a slow line it is still on its way.
    const bytes = await read(address, { cache: 'only-if-cached', mode: 'same-origin' }).catch(() => null);
    if (bytes) return compile(bytes);
  }
};

export const start = async (name) => {
  const wasm = compiled(new URL(`./${name}_bg.wasm`, import.meta.url));
  const script = await import(`./${name}.js`);
  return script.default({ module_or_path: wasm });
};
