// A server for PouchDB to replicate to, by its own makers, in memory. Prints its port.
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const express = require('express');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('pouchdb-replication'));

// It writes a log and its settings to where it stands.
process.chdir(mkdtempSync(join(tmpdir(), 'candor-couch-')));
const app = express();
app.use((request, response, next) => {
  response.header('Access-Control-Allow-Origin', request.headers.origin ?? '*');
  response.header('Access-Control-Allow-Credentials', 'true');
  response.header('Access-Control-Allow-Headers', 'content-type, accept, authorization');
  response.header('Access-Control-Allow-Methods', 'GET, PUT, POST, DELETE, HEAD, OPTIONS');
  if (request.method === 'OPTIONS') return response.sendStatus(204);
  return next();
});
app.use('/', require('express-pouchdb')(PouchDB.defaults({ adapter: 'memory' }), { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }));
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
