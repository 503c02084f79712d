// Builds the peers' pages and modules into target/, each as its makers advise: bundled, small, packed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import * as sass from 'sass';
import { HERE, SITE } from './places.mjs';

const OPTIONS = {
  bundle: true, minify: true, format: 'esm', target: 'chrome120', legalComments: 'none', logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
};
const modules = (path) => join(HERE, 'node_modules', path);
const source = (path) => join(HERE, 'peers', path);

// What an app around Enketo has to bring, here the stand-ins that come with it.
const ENKETO = {
  alias: Object.fromEntries([
    ['config', 'config.js'], ['widgets', 'src/js/widgets.js'], ['translator', 'src/js/fake-translator.js'],
    ['dialog', 'src/js/fake-dialog.js'], ['file-manager', 'src/js/file-manager.js'],
    ['xpath-evaluator-binding', 'src/js/xpath-evaluator-binding.js'],
  ].map(([name, path]) => [`enketo/${name}`, modules(`enketo-core/${path}`)])),
  loader: { '.png': 'dataurl', '.svg': 'dataurl', '.css': 'empty' },
};

const small = async (contents) => {
  const { outputFiles } = await build({ stdin: { contents, loader: 'css' }, minify: true, write: false });
  return outputFiles[0].text.trim();
};

const enketoStyle = () => sass.compile(modules('enketo-core/src/sass/formhub/formhub.scss'), {
  style: 'compressed', loadPaths: [modules('')], quietDeps: true, logger: sass.Logger.silent,
}).css;

const bundle = (from, to, options = {}) => build({ ...OPTIONS, entryPoints: [from], outfile: to, ...options });

// The hand-written page has everything in one file, as somebody who writes by hand would do it.
const handWritten = async (style) => {
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [source('pages/hand-written/app.js')], format: 'iife', write: false });
  const page = readFileSync(source('pages/hand-written/index.html'), 'utf8');
  const whole = page.replace('/*STYLE*/', () => style).replace('/*SCRIPT*/', () => outputFiles[0].text.trim());
  mkdirSync(join(SITE, 'pages/hand-written'), { recursive: true });
  writeFileSync(join(SITE, 'pages/hand-written/index.html'), whole);
};

const page = async (name, style, options) => {
  const folder = join(SITE, 'pages', name);
  await bundle(source(`pages/${name}/app.js`), join(folder, 'app.js'), options);
  rmSync(join(folder, 'app.css'), { force: true });
  writeFileSync(join(folder, 'app.css'), style);
  writeFileSync(join(folder, 'index.html'), readFileSync(source('pages/app.html'), 'utf8'));
};

const walk = (folder) => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name);
  return statSync(path).isDirectory() ? walk(path) : [path];
});

const buildAll = async () => {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  const plain = await small(readFileSync(source('pages/faces.css'), 'utf8'));
  await handWritten(plain);
  await page('preact', plain);
  await page('surveyjs', readFileSync(modules('survey-core/survey-core.fontless.min.css'), 'utf8'));
  await page('formbricks', plain);
  await page('enketo', enketoStyle(), ENKETO);
  for (const folder of ['stores', 'drains']) {
    for (const name of readdirSync(source(folder)).filter((name) => name.endsWith('.js'))) {
      await bundle(source(`${folder}/${name}`), join(SITE, folder, name));
    }
  }
  cpSync(source('service-worker.js'), join(SITE, 'service-worker.js'));
  writeFileSync(join(SITE, 'blank.html'), '<!doctype html><meta charset=utf-8><title>blank</title><button id=tap>0</button>');
  for (const path of walk(SITE)) writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
};

/** The files of a peer's page, as addresses: what its service worker has to keep. */
export const filesOf = (address) => {
  const folder = join(SITE, address);
  const names = readdirSync(folder).filter((name) => !name.endsWith('.br') && name !== 'index.html');
  return [address, ...names.map((name) => `${address}${name}`)];
};

/** Builds everything anew: half a minute, and then nothing is out of date. */
export const buildPeers = async () => {
  if (!existsSync(modules('esbuild'))) throw new Error(`the peers are not there: npm ci in ${basename(HERE)}/ brings them`);
  await buildAll();
};
