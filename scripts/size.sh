#!/usr/bin/env bash
# What the first load of the kiosk weighs: index.html, and the scripts, wasm and
# style sheets that it names, and what those scripts import. Fails when their
# brotli sizes add up to more than the limit.
set -euo pipefail

# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# The aim is 150,000: ADR 6.
LIMIT=150000

[[ -f $ROOT/dist/index.html ]] || { echo "size: dist/index.html is missing; make build" >&2; exit 1; }

# node, because a machine that has wasm-opt has node, and node has brotli.
exec node - "$ROOT/dist" "$LIMIT" <<'NODE'
const fs = require("fs"), path = require("path"), zlib = require("zlib");
const [dist, limit] = [process.argv[2], Number(process.argv[3])];

const brotli = (bytes) => zlib.brotliCompressSync(bytes, {
  params: {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  },
}).length;

// Fetched later: the keeper's worker once the kiosk stands, the manager's module when the door is first opened, the
// service worker when nobody is served, the dark style sheet where an owner wants it.
const later = /\bimport\s*\([^)]*\)|\bhref:\s*["'][^"']*["']|\.register\s*\([^)]*\)|\bnew\s+Worker\s*\([^)]*\)/g;

// A name counts when such a file is in dist, wherever else the page mentions it.
const named = (text, from) => (text.replace(later, "").match(/[\w./-]+\.(?:js|mjs|wasm|css)\b/g) || [])
  .map((name) => name.startsWith("/") ? name.slice(1) : path.posix.join(path.posix.dirname(from), name))
  .filter((name) => !name.startsWith("..") && fs.existsSync(path.join(dist, name)));

const imported = (text, from) => (text.match(/\b(?:from|import)\s*["'][^"']+["']/g) || [])
  .flatMap((clause) => named(clause, from));

const files = ["index.html"];
for (const file of files) {
  const text = /\.(html|js|mjs)$/.test(file) ? fs.readFileSync(path.join(dist, file), "utf8") : "";
  const found = file === "index.html" ? named(text, file) : imported(text, file);
  for (const next of found) if (!files.includes(next)) files.push(next);
}

const row = (name, raw, packed) =>
  console.log(`${name.padEnd(44)} ${String(raw).padStart(9)} ${String(packed).padStart(9)}`);

row("first load", "bytes", "brotli");
let raw = 0, packed = 0;
for (const file of files) {
  const bytes = fs.readFileSync(path.join(dist, file));
  const small = brotli(bytes);
  row(file, bytes.length, small);
  raw += bytes.length;
  packed += small;
}
row("sum", raw, packed);

console.log();
const everything = fs.readdirSync(dist, { recursive: true }).sort();
for (const file of everything.filter((file) => /\.(js|wasm|css)$/.test(file) && !files.includes(file))) {
  const bytes = fs.readFileSync(path.join(dist, file));
  row(`${file}, fetched later`, bytes.length, brotli(bytes));
}

if (!files.some((file) => file.endsWith(".wasm"))) {
  console.error("size: index.html names no wasm, so this is not the whole of it");
  process.exit(1);
}
if (packed > limit) {
  console.error(`size: ${packed} bytes are more than the ${limit} allowed`);
  process.exit(1);
}
console.log(`size: within the ${limit} allowed, ${limit - packed} to spare`);
NODE
