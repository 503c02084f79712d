// What a run was made on and with, so that a reader can tell why other figures come out elsewhere. No names of machines.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { HERE, ROOT } from './places.mjs';

const said = (program, ...words) => {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
};

/** The load of the last minute: more than the run's own makes its absolute figures worth less. */
export const load = () => Number(loadavg()[0].toFixed(1));

export const machine = () => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory_gib: Number((totalmem() / 2 ** 30).toFixed(1)),
  system: `${type()} ${release()}`,
});

/** The versions of all that took part: the peers' as the lock file pins them. */
export const versions = ({ chromium, collector }) => {
  const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
  return {
    candor: `${said(collector, '--version').split(' ').at(-1)}, commit ${said('git', '-C', ROOT, 'describe', '--always', '--dirty', '--abbrev=12')}`,
    chromium: said(chromium, '--version').replace(/ built on.*/, ''),
    node: process.version,
    ...dependencies,
  };
};
