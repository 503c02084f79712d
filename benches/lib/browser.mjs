// Chromium with a profile of its own on the disk: what is called incognito keeps IndexedDB in memory and measures nothing.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { WORK } from './places.mjs';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--js-flags=--expose-gc',
  // Pages wait for their turn side by side: none of them may be put to sleep meanwhile.
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

/** A tablet of the lobby beside the machine that runs this. */
export const SLOW_CPU = 4;
/** "Slow 4G" of Lighthouse: 150 ms, 1.6 Mbit/s down, 0.75 up. */
export const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };

/** A folder for a profile, and how to throw it away. */
export const profile = () => {
  mkdirSync(WORK, { recursive: true });
  const folder = mkdtempSync(join(WORK, 'profile-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
};

/** Starts the browser on a profile; the same profile again is the same tablet, switched on anew. */
export const launch = (program, folder) => chromium.launchPersistentContext(folder, {
  executablePath: program,
  headless: true,
  args: ARGUMENTS,
  viewport: { width: 1280, height: 800 },
  locale: 'zh-CN',
});

/** Runs with a browser on a new profile, which goes afterwards whatever happens. */
export const withBrowser = async (program, work) => {
  const { folder, remove } = profile();
  let context;
  try {
    context = await launch(program, folder);
    return await work(context);
  } finally {
    await context?.close();
    remove();
  }
};

/** Slows a page's main thread and its network. The throttle of DevTools reaches neither workers nor the service worker. */
export const slowDown = async (context, page, { cpu = 1, network } = {}) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  if (network) {
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', network);
  }
  return devtools;
};

/** Real input, as the browser gets it from a screen. */
export const tap = async (devtools, { x, y }) => {
  const at = { x, y, button: 'left', clickCount: 1 };
  await devtools.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  await devtools.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at });
  await devtools.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at });
};
