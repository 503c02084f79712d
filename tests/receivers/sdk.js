"use strict";
// A receiver made of the CloudEvents SDK for JavaScript: whatever it cannot read as CloudEvents is refused. It keeps
// (source, id) unique for good, writes receipts, and says that it takes gzip.
//
// What it stores is the event as it came: the SDK writes `time` anew in UTC, and the hash covers the tablet's own.

const { HTTP } = require("cloudevents");
const cors = require("cors");
const express = require("express");
const { listen, open } = require("./service");

const database = open(`
  create table if not exists events (source text, id text, type text, seq integer, event text, unique (source, id));
  create table if not exists requests (content_type text, content_encoding text, events integer, authorization text);
`);

const app = express();
app.use(cors({ exposedHeaders: ["Accept-Encoding", "Date", "Retry-After"] }));
app.use(express.text({ type: ["application/cloudevents+json", "application/cloudevents-batch+json"], limit: "1mb" }));

app.post("/v1/events", (request, response) => {
  response.set("Accept-Encoding", "gzip");
  let events, sent;
  try {
    events = [HTTP.toEvent({ headers: request.headers, body: request.body })].flat();
    // Strict: it throws where an attribute is not as the specification has it.
    for (const event of events) event.validate();
    sent = [JSON.parse(request.body)].flat();
    const same = (event, index) => event.id === sent[index].id && Date.parse(event.time) === Date.parse(sent[index].time);
    if (!events.every(same)) throw new Error("the SDK read something else than was sent");
  } catch (fault) {
    console.error(`refused: ${fault}`);
    return response.status(400).json({ error: String(fault) });
  }
  database.exec("begin immediate");
  for (const event of sent) {
    const { source, id, type, deviceseq } = event;
    database.run("insert into events values (?, ?, ?, ?, ?) on conflict do nothing",
      [source, id, type, deviceseq, JSON.stringify(event)]);
  }
  const { "content-type": kind, "content-encoding": coding = null, authorization = null } = request.headers;
  database.run("insert into requests values (?, ?, ?, ?)", [kind, coding, events.length, authorization]);
  database.exec("commit");
  response.json({ accepted: events.map((event) => event.id) });
});

app.get("/stored", (_, response) => response.json(database.all("select * from events order by rowid")));
app.get("/requests", (_, response) => response.json(database.all("select * from requests order by rowid")));

listen(app);
