"use strict";
// What both receivers are started with and how they say where they listen: nothing of it knows Candor.
//
//     node <receiver>.js <host:port> <file of the store>

const { Database } = require("node-sqlite3-wasm");
const fs = require("node:fs");

/// Opens the store and makes its table.
exports.open = (schema) => {
  const path = process.argv[3];
  // The library locks by a folder; one that was left behind by a process that was killed is nobody's.
  fs.rmSync(`${path}.lock`, { recursive: true, force: true });
  const database = new Database(path);
  database.exec("pragma journal_mode = delete; pragma synchronous = full");
  database.exec(schema);
  return database;
};

/// Listens and says where.
exports.listen = (app) => {
  const [host, port] = process.argv[2].split(":");
  const server = app.listen(Number(port), host, () => {
    console.log(`listening on http://${host}:${server.address().port}/`);
  });
};
