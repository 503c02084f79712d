// The worker in which the keeper runs. What a page says before the wasm is here is kept for it.
import { start } from './wasm.js';

self.early = [];
self.onmessage = ({ data }) => self.early.push(data);
start('keeper').catch(() => postMessage('died'));
