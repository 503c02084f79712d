"use strict";
// An ordinary webhook: it takes JSON, keeps each object once by its id, and answers as such programs do. It has never
// heard of events, receipts or kiosks.

const cors = require("cors");
const express = require("express");
const { listen, open } = require("./service");

const database = open(`
  create table if not exists objects (id text primary key, object text);
  create table if not exists requests (content_type text, events integer, new integer);
`);

const app = express();
app.use(cors({ exposedHeaders: ["Accept-Encoding"] }));

const store = (request, objects) => {
  database.exec("begin immediate");
  let added = 0;
  for (const object of objects) {
    const insert = "insert into objects values (?, ?) on conflict do nothing";
    added += database.run(insert, [object.id, JSON.stringify(object)]).changes;
  }
  database.run("insert into requests values (?, ?, ?)", [request.headers["content-type"], objects.length, added]);
  database.exec("commit");
};

// An array of objects: answered with a word.
app.post("/v1/events", express.json({ limit: "1mb" }), (request, response) => {
  if (!Array.isArray(request.body)) return response.status(400).json({ error: "an array is wanted" });
  store(request, request.body);
  response.json({ ok: true });
});

// As a table behind an interface answers: 201 with nothing.
app.post("/v1/events/rows", express.json({ limit: "1mb" }), (request, response) => {
  store(request, request.body);
  response.status(201).end();
});

// An object a line.
app.post("/v1/events/lines", express.text({ type: "application/x-ndjson", limit: "1mb" }), (request, response) => {
  store(request, request.body.split("\n").filter(Boolean).map((line) => JSON.parse(line)));
  response.status(204).end();
});

// Something in front says that it takes gzip, and the program behind it does not: 415.
const boast = (request, response, next) => {
  response.set("Accept-Encoding", "gzip");
  if (request.headers["content-encoding"]) database.run("insert into requests values ('packed', 0, 0)");
  next();
};
app.post("/v1/events/boastful", boast, express.json({ limit: "1mb", inflate: false }), (request, response) => {
  store(request, request.body);
  response.json({ ok: true });
});

// A table with a primary key and nobody who thought of a second try: a duplicate is a conflict, and nothing is stored.
app.post("/v1/events/strict", express.json({ limit: "1mb" }), (request, response) => {
  database.exec("begin immediate");
  try {
    for (const object of request.body) database.run("insert into objects values (?, ?)", [object.id, JSON.stringify(object)]);
    database.exec("commit");
  } catch (fault) {
    database.exec("rollback");
    return response.status(409).json({ error: String(fault) });
  }
  response.status(201).end();
});

app.get("/stored", (_, response) => response.json(database.all("select * from objects order by rowid")));
app.get("/requests", (_, response) => response.json(database.all("select * from requests order by rowid")));

listen(app);
