// Serves what is built, and beside it the peers under /bench/.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };

export const serve = (dist, modules) => new Promise((resolve) => {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://a').pathname));
    if (path === '/bench/') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<!doctype html><meta charset=utf-8><title>peers</title><script src=papaparse/papaparse.min.js></script><script src=xlsx/dist/xlsx.full.min.js></script>');
    }
    const file = path.startsWith('/bench/') ? join(modules, path.slice(7)) : join(dist, path === '/' ? 'index.html' : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404);
      return response.end();
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1', () => resolve(server));
});
