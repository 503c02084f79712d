// Trunk's last step: tells the service worker what the release is made of, and lays compressed copies beside the files.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const staging = process.env.TRUNK_STAGING_DIR;
const walk = (folder) => readdirSync(folder).sort().flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? walk(path) : [path];
});

const files = walk(staging).map((path) => relative(staging, path)).filter((file) => file !== 'sw.js');
const all = createHash('sha256');
for (const file of files) all.update(file).update(createHash('sha256').update(readFileSync(join(staging, file))).digest());
const release = { name: all.digest('hex').slice(0, 16), files };

const worker = join(staging, 'sw.js');
const empty = "const RELEASE = { name: 'none', files: [] };";
const source = readFileSync(worker, 'utf8');
if (!source.includes(empty)) throw new Error(`public/sw.js has no line “${empty}”`);
writeFileSync(worker, source.replace(empty, `const RELEASE = ${JSON.stringify(release)};`));

for (const path of walk(staging)) {
  const bytes = readFileSync(path);
  if (bytes.length < 512 || path.endsWith('.png')) continue;
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
