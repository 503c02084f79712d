// Where things lie. Whatever a run makes goes under target/, which the repository does not keep.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = join(dirname(fileURLToPath(import.meta.url)), '..');
export const ROOT = join(HERE, '..');
export const WORK = join(ROOT, 'target/benches');
/** The peers' pages as they are served. */
export const SITE = join(WORK, 'site');
