// Serves the peers' pages as a good host would, packed by Brotli and cached, and takes what they send.
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { SITE } from './places.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

const bodyOf = async (request) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
};

// A receiver that does nothing but read: what a peer gains by it, it keeps.
const take = async (request, response) => {
  const { records } = JSON.parse(await bodyOf(request));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ accepted: records.length }));
};

const files = new Map();
const file = (path) => {
  if (!files.has(path)) files.set(path, existsSync(path) && statSync(path).isFile() ? readFileSync(path) : null);
  return files.get(path);
};

const give = (request, response) => {
  const { pathname } = new URL(request.url, 'http://site');
  const path = join(SITE, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
  const plain = path.startsWith(SITE) ? file(path) : null;
  if (!plain) {
    response.writeHead(404);
    return response.end();
  }
  const packed = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? file(`${path}.br`) : null;
  const body = packed ?? plain;
  response.writeHead(200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': body.length,
    'cache-control': /\.html$|worker\.js$/.test(path) ? 'no-cache' : 'public, max-age=31536000, immutable',
    'service-worker-allowed': '/',
    ...(packed ? { 'content-encoding': 'br' } : {}),
  });
  return response.end(body);
};

/** One origin: a store that shares none with another has its own files on the disk. */
export const startSite = async () => {
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (request.method !== 'POST') return give(request, response);
    return take(request, response).catch((fault) => {
      response.writeHead(400);
      response.end(String(fault));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
