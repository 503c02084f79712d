// Events as a tablet makes them, linked and hashed by a reading of docs/protocol.md of its own: the collector takes none
// that is not right.
import { createHash } from 'node:crypto';

const hash = (text) => createHash('sha256').update(text).digest('hex');
const SEED = 20261130;

/** Numbers below n that look like chance and are the same in each run. */
const dice = (seed) => {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
};

const uuid = (millis, below) => {
  const time = millis.toString(16).padStart(12, '0');
  const random = Array.from({ length: 20 }, () => below(16).toString(16)).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
};

const local = (millis) => `${new Date(millis + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`;

// RFC 8785 for what stands here: names in their order, no fractions.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
};

const link = (head, { id, at, type, data, uptime, subject }) => {
  const { device, epoch, run } = head;
  const seq = head.seq + 1;
  const time = local(at);
  const whole = canonical({ data, device, epoch, id, prev: head.hash, run, seq, time, type, uptime });
  const next = { ...head, seq, hash: hash(whole), responses: head.responses + Number(type === 'rating.given') };
  // In the order in which a tablet writes them: the body last.
  const travelling = {
    specversion: '1.0', id, source: `urn:candor:device:${device}`, type: `cn.candor.${type}`, subject, time,
    datacontenttype: 'application/json', deviceepoch: epoch, deviceseq: seq, devicerun: run, deviceuptime: uptime,
    prevhash: head.hash, eventhash: next.hash,
  };
  const json = `${JSON.stringify(travelling).slice(0, -1)},"data":${canonical(data)}}`;
  return { head: next, event: { id, place: epoch * 2 ** 40 + seq, json } };
};

const DAY = 86_400_000;

/**
 * Ratings behind a head, in pieces that fit into a message: each is `{ events, head }`. Nine of ten go on to the follow-up,
 * so that `responses` make some 1.9 times as many events. They lie `days` back and are spread over them evenly.
 */
export const ratings = function* (head, { responses, days = 365, piece = 2_000, now = Date.now() }) {
  const below = dice(SEED + head.seq);
  const first = now - days * DAY;
  let events = [];
  let last = head;
  const record = (draft) => {
    const { head: next, event } = link(last, draft);
    last = next;
    events.push(event);
  };
  for (let n = 0; n < responses; n += 1) {
    const at = Math.floor(first + n * (days * DAY / responses));
    const id = uuid(at, below);
    const uptime = Math.floor((at - first) / 1_000);
    const value = 1 + below(5);
    record({ id, subject: id, at, uptime, type: 'rating.given', data: { locale: below(3) ? 'zh-CN' : 'en', point: `${1 + below(12)}`, survey: 'government', value, version: 1 } });
    if (below(10) > 0) {
      const seconds = 4 + below(60);
      record({ id: uuid(at + seconds * 1_000, below), subject: id, at: at + seconds * 1_000, uptime: uptime + seconds, type: 'rating.detailed', data: { outcome: below(3) ? 'complete' : 'skipped', reasons: value < 3 && below(2) ? ['wait'] : [], response: id, seconds } });
    }
    if (events.length >= piece) {
      yield { events, head: last };
      events = [];
    }
  }
  if (events.length > 0) yield { events, head: last };
};
