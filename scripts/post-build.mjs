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

// --- Short names between the JavaScript and the wasm ---------------------------------------------------------------
// wasm-bindgen joins the two by names such as __wbg_getAllKeys_cc55957bda37fb47, which no compression makes small.

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

const IMPORT_SECTION = 2;
const FUNCTION_IMPORT = 0;

// The wasm with each import's name replaced, every other byte as it was.
const renameImports = (wasm, rename) => {
  const out = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length;) {
    const section = wasm[at];
    const [length, begin] = unsignedLeb(wasm, at + 1);
    let body = wasm.subarray(begin, begin + length);
    if (section === IMPORT_SECTION) body = renamedSection(body, rename);
    out.push(Buffer.from([section]), toLeb(body.length), body);
    at = begin + length;
  }
  return Buffer.concat(out);
};

const renamedSection = (body, rename) => {
  let [count, at] = unsignedLeb(body, 0);
  const out = [body.subarray(0, at)];
  const name = () => {
    const [length, begin] = unsignedLeb(body, at);
    at = begin + length;
    return body.subarray(begin, at).toString();
  };
  while (count--) {
    const [module, field] = [name(), name()];
    const kind = at;
    if (body[at] !== FUNCTION_IMPORT) throw new Error(`an import that is no function: ${field}`);
    [, at] = unsignedLeb(body, at + 1);
    for (const text of [module, rename(field)]) out.push(toLeb(Buffer.byteLength(text)), Buffer.from(text));
    out.push(body.subarray(kind, at));
  }
  return Buffer.concat(out);
};

// What every tablet loads first goes through the optimiser once more: it finds 300 bytes that its first run left.
const again = join(staging, 'kiosk_bg.wasm');
const FEATURES = ['bulk-memory', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
const optimised = spawnSync('wasm-opt', [again, '-o', again, '-Oz', '--low-memory-unused', ...FEATURES.map((feature) => `--enable-${feature}`)]);
if (optimised.status !== 0) throw new Error(`wasm-opt: ${optimised.error ?? optimised.stderr}`);

for (const path of walk(staging).filter((path) => path.endsWith('_bg.wasm'))) {
  const names = new Map();
  const rename = (name) => {
    if (!names.has(name)) names.set(name, `$${names.size.toString(36)}`);
    return names.get(name);
  };
  writeFileSync(path, renameImports(readFileSync(path), rename));
  const script = path.replace('_bg.wasm', '.js');
  const source = minify(readFileSync(script), '--format=esm').replace(/\b__wb[\w$]+/g, (name) => names.get(name) ?? name);
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
