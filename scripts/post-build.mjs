// Trunk's last step: makes the files small, makes them a release, and lays compressed copies beside them.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { gather, seal, UNNAMED, walk } from './release.mjs';

const staging = process.env.TRUNK_STAGING_DIR;

const minify = (source, ...options) => {
  const esbuild = spawnSync('esbuild', ['--minify', '--charset=utf8', '--log-level=error', ...options], { input: source });
  if (esbuild.status !== 0) throw new Error(`esbuild: ${esbuild.error ?? esbuild.stderr}`);
  return esbuild.stdout.toString();
};

// --- Between the JavaScript and the wasm ---------------------------------------------------------------------------
// wasm-bindgen joins the two by names such as __wbg_getAllKeys_cc55957bda37fb47, which no compression makes small, and
// keeps whatever any crate exports.

const unsignedLeb = (bytes, at) => {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, at];
  }
};

const toLeb = (value) => {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value >>>= 7;
  } while (value);
  return Buffer.from(bytes);
};

const IMPORTS = 2;
const EXPORTS = 7;
const FUNCTION = 0;

// The wasm with one of its sections replaced by what `change` makes of it, every other byte as it was.
const withSection = (wasm, wanted, change) => {
  const out = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length;) {
    const section = wasm[at];
    const [length, begin] = unsignedLeb(wasm, at + 1);
    let body = wasm.subarray(begin, begin + length);
    if (section === wanted) body = change(body);
    out.push(Buffer.from([section]), toLeb(body.length), body);
    at = begin + length;
  }
  return Buffer.concat(out);
};

const text = (string) => Buffer.concat([toLeb(Buffer.byteLength(string)), Buffer.from(string)]);

// The entries of a section: names, as many as `count`, and what stands behind them.
const entries = (body, count) => {
  let [left, at] = unsignedLeb(body, 0);
  const found = [];
  while (left--) {
    const names = Array.from({ length: count }, () => {
      const [length, begin] = unsignedLeb(body, at);
      at = begin + length;
      return body.subarray(begin, at).toString();
    });
    const kind = at;
    if (count === 2 && body[kind] !== FUNCTION) throw new Error(`an import that is no function: ${names[1]}`);
    [, at] = unsignedLeb(body, at + 1);
    found.push({ names, rest: body.subarray(kind, at) });
  }
  return found;
};

const sectionOf = (found) =>
  Buffer.concat([toLeb(found.length), ...found.flatMap(({ names, rest }) => [...names.map(text), rest])]);

const renameImports = (wasm, rename) => withSection(wasm, IMPORTS, (body) =>
  sectionOf(entries(body, 2).map(({ names: [module, name], rest }) => ({ names: [module, rename(name)], rest }))));

const renameExports = (wasm, rename) => withSection(wasm, EXPORTS, (body) =>
  sectionOf(entries(body, 1).map(({ names: [name], rest }) => ({ names: [rename(name)], rest }))));

const withoutExports = (wasm, isDropped) => withSection(wasm, EXPORTS, (body) =>
  sectionOf(entries(body, 1).filter(({ names: [name] }) => !isDropped(name))));

const importsOf = (wasm) => {
  const found = new Set();
  renameImports(wasm, (name) => found.add(name) && name);
  return found;
};

// Streams of JavaScript over those of Rust, which leptos brings along and the kiosk has none of: three classes, and all
// that they call.
const STREAMS = /intounderlying/;
const CLASSES = /^export class IntoUnderlying\w+ \{\n[^]*?\n\}\nif \(Symbol\.dispose\)[^\n]*\n|^const IntoUnderlying\w+Finalization = [^;]*;\n/gm;
// One function that the wasm imports, as wasm-bindgen writes it.
const GLUE = /^ {8}(__wb\w+): function[^]*?\n {8}\}(?:, arguments\); \})?,\n/gm;

const withoutWhatNobodyCalls = (source, imports) => {
  const left = source.replace(CLASSES, '').replace(GLUE, (glue, name) => (imports.has(name) ? glue : ''));
  if (/IntoUnderlying/.test(left)) throw new Error('wasm-bindgen writes its classes in another way than before');
  return left;
};

// What every tablet loads first goes through the optimiser once more: it finds 300 bytes that its first run left, and
// the streams.
const first = join(staging, 'kiosk_bg.wasm');
const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
if ([...importsOf(readFileSync(first))].some((name) => STREAMS.test(name))) throw new Error('the kiosk makes streams of Rust ones');
writeFileSync(first, withoutExports(readFileSync(first), (name) => STREAMS.test(name)));
const optimised = spawnSync('wasm-opt', [first, '-o', first, '-Oz', '--low-memory-unused', ...FEATURES.map((feature) => `--enable-${feature}`)]);
if (optimised.status !== 0) throw new Error(`wasm-opt: ${optimised.error ?? optimised.stderr}`);
const firstScript = join(staging, 'kiosk.js');
writeFileSync(firstScript, withoutWhatNobodyCalls(readFileSync(firstScript, 'utf8'), importsOf(readFileSync(first))));

const OF_BINDGEN = /\b(?:__wb|__externref_|wasm_bindgen__)[\w$]+/g;

for (const path of walk(staging).filter((path) => path.endsWith('_bg.wasm'))) {
  const names = new Map();
  const rename = (name) => {
    if (!name.match(OF_BINDGEN)) return name;
    if (!names.has(name)) names.set(name, `$${names.size.toString(36)}`);
    return names.get(name);
  };
  writeFileSync(path, renameExports(renameImports(readFileSync(path), rename), rename));
  const script = path.replace('_bg.wasm', '.js');
  const source = minify(readFileSync(script), '--format=esm', '--tree-shaking=true').replace(OF_BINDGEN, (name) => names.get(name) ?? name);
  writeFileSync(script, source);
}

// What starts all of them.
const starter = join(staging, 'wasm.js');
writeFileSync(starter, minify(readFileSync(starter), '--format=esm'));

// --- The page's own script and styles ------------------------------------------------------------------------------

const page = join(staging, 'index.html');
const START = "import init, * as bindings from './kiosk.js';\nconst wasm = await init({ module_or_path: './kiosk_bg.wasm' });";
const OURS = "import { start } from './wasm.js';await start('kiosk');";
const PRELOAD = '<link crossorigin href=./kiosk.js rel=modulepreload>';

// In the place of Trunk's own start, which waits for ever where nothing compiles in the background.
const withOurStart = (source) => {
  const [before, begin] = source.split(START);
  if (!begin || !source.includes(PRELOAD)) throw new Error('Trunk starts the wasm in another way than before');
  const after = begin.slice(begin.indexOf('</script>'));
  return (before + OURS + after).replace(PRELOAD, PRELOAD + PRELOAD.replace('kiosk.js', 'wasm.js'));
};

const small = withOurStart(readFileSync(page, 'utf8'))
  .replace(/<script>([^]*?)<\/script>/g, (_, script) => `<script>${minify(script).trim()}</script>`)
  .replace(/<style>([^]*?)<\/style>\s*/g, (_, style) => `<style>${minify(style, '--loader=css').trim()}</style>`)
  .replaceAll('</style><style>', '');
writeFileSync(page, small);

// --- The release ---------------------------------------------------------------------------------------------------

gather(staging);
// The two that name files of the release ask for them in its folder; a name that is not there would stay unnoticed.
for (const file of ['kiosk_bg.wasm', 'manager_bg.wasm']) {
  if (!readFileSync(join(staging, UNNAMED, file)).includes(UNNAMED)) throw new Error(`${file} has no ${UNNAMED} in it`);
}
seal(staging);

for (const path of walk(staging)) {
  const bytes = readFileSync(path);
  if (bytes.length < 512 || path.endsWith('.png')) continue;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, brotli));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
