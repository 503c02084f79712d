// What makes files a release: a folder of its own for all that a page loads after itself, a name made of everything,
// and the list by which the service worker checks it.
//
//     node scripts/release.mjs FOLDER     names a release again after its files were changed, and prints the name
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

// In the place of a name that is not known before everything else is. Names are all of one length: a wasm cannot grow.
export const UNNAMED = 'release-0000000000000000';
const NAME = /^release-[0-9a-f]{16}$/;

// Asked for by these addresses, whatever the release: by people, by the browser, by the system's home screen.
const FIXED = /^(index\.html|sw\.js|manifest\.webmanifest|icon[^/]*)$/;

const LIST = /^const RELEASE = \{.*\};$/m;
const EMPTY_LIST = "const RELEASE = { name: 'none', files: {} };";

export const walk = (folder) => readdirSync(folder).sort().flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? walk(path) : [path];
});

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const list = (folder) => walk(folder).map((path) => relative(folder, path));

// Latin-1 gives each byte a character and takes it back, also in a wasm.
const replaced = (path, from, to) => Buffer.from(readFileSync(path, 'latin1').replaceAll(from, to), 'latin1');

// Moves the files into their folder, and has the page load them from there.
export const gather = (folder) => {
  const moved = list(folder).filter((file) => !FIXED.test(file));
  for (const file of moved) {
    mkdirSync(dirname(join(folder, UNNAMED, file)), { recursive: true });
    renameSync(join(folder, file), join(folder, UNNAMED, file));
  }
  for (const name of readdirSync(folder)) {
    if (name !== UNNAMED && statSync(join(folder, name)).isDirectory()) rmSync(join(folder, name), { recursive: true });
  }
  const page = join(folder, 'index.html');
  // In quotes, and in the attributes that Trunk's minifier has left without.
  const address = /(["'=])\.\/([\w./-]+)(?=["'\s>])/g;
  const source = readFileSync(page, 'utf8');
  writeFileSync(page, source.replace(address, (all, before, file) => (
    moved.includes(file) ? `${before}./${UNNAMED}/${file}` : all)));
};

// Gives the release its name, wherever its name stands, and the service worker its list.
export const seal = (folder) => {
  const before = readdirSync(folder).find((name) => NAME.test(name));
  if (!before) throw new Error(`${folder} has no folder of a release`);
  const worker = join(folder, 'sw.js');
  if (!LIST.test(readFileSync(worker, 'utf8'))) throw new Error(`${worker} has no line “${EMPTY_LIST}”`);
  writeFileSync(worker, readFileSync(worker, 'utf8').replace(LIST, EMPTY_LIST));

  const unnamed = (file) => [file.replace(before, UNNAMED), sha256(replaced(join(folder, file), before, UNNAMED))];
  const name = `release-${sha256(JSON.stringify(list(folder).map(unnamed))).slice(0, 16)}`;
  for (const path of walk(folder)) writeFileSync(path, replaced(path, before, name));
  renameSync(join(folder, before), join(folder, name));

  const files = Object.fromEntries(list(folder)
    .filter((file) => file !== 'sw.js')
    .map((file) => [file, sha256(readFileSync(join(folder, file)))]));
  writeFileSync(worker, readFileSync(worker, 'utf8').replace(LIST, `const RELEASE = ${JSON.stringify({ name, files })};`));
  return name;
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder] = process.argv.slice(2);
  if (!folder || !existsSync(folder)) throw new Error('release: name the folder of a release');
  console.log(seal(folder));
}
