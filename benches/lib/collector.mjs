// The real collector with the real app inside, on a free port and a store of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WORK } from './places.mjs';

/** How long a start may take on a busy machine, in tenths of a second. */
const TRIES = 300;

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts `serve --trial`. Gives its origin, its process id and how to stop it. */
export const startCollector = async (program) => {
  mkdirSync(WORK, { recursive: true });
  const folder = mkdtempSync(join(WORK, 'collector-'));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ['serve', '--trial', '--listen', address, '--store', `sqlite:${join(folder, 'candor.sqlite')}`], { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  const origin = `http://${address}`;
  for (let tries = 0; tries < TRIES && child.exitCode === null; tries += 1) {
    const answer = await fetch(`${origin}/healthz`).catch(() => null);
    if (answer?.ok) return { origin, stop };
    await pause(100);
  }
  await stop();
  throw new Error(`${program} did not start`);
};
