#!/usr/bin/env node
// What our reader of HTTP heads accepts, Node's parser accepts with the same
// meaning: http1_node_test.js PROGRAM CORPUS [--seed N] [--seconds N]. Without
// --seconds a fixed number of heads made from the corpus is tried.
'use strict';

const {spawnSync} = require('child_process');
const fs = require('fs');
const path = require('path');
const {HTTPParser, methods} = require('_http_common');

const BATCH = 5000;
const BATCHES = 4;
const SEEDS = [
  'GET /$hc/a?b=c HTTP/1.1\r\nHost: a:1\r\nUpgrade: websocket\r\n' +
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
  'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET http://h/p HTTP/1.0\r\nX: y\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nA:\t b \t\r\nB:\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
      'Connection: Upgrade\r\n\r\n',
  'HTTP/1.1 404 The words. TrackingId:x\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.0 200\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));
const TOKENS = [
  '\r\n', '\r', '\n', ' ', '\t', '\0', ':', ',', ';', '"', '\x7f', '\x80',
  '\xff', '\x0b', '#', '%', '\\', '*', '/', '?', 'HTTP/1.0', 'HTTP/1.1',
  'HTTP/2.0', 'http/1.1', 'HTTP/1.10', 'Host: b\r\n', 'Host:\r\n',
  'Content-Length: 5\r\n', 'Content-Length: +5\r\n', 'Content-Length: 5, 5\r\n',
  'Content-Length: 0x5\r\n', 'Content-Length: 18446744073709551616\r\n',
  'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: chunked, chunked\r\n',
  'Transfer-Encoding: xchunked\r\n', 'Transfer-Encoding: chunked, x\r\n',
  'Connection: close, upgrade\r\n', 'Upgrade: a, b\r\n', ' x\r\n', 'CONNECT ',
  'HEAD ', 'PRI ', 'QUERY ', 'get ', 'ICY 200', '99 ', '1000 ', '100 ', '204 ',
  'Connection: keep-alive\r\n', 'Keep-Alive: x\r\n', 'Proxy-Connection: y\r\n',
].map((text) => Buffer.from(text, 'latin1'));

/** A small generator, so that a seed gives the same heads everywhere. */
class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  below(limit) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) % limit;
  }
  of(list) {
    return list[this.below(list.length)];
  }
}

function splice(bytes, at, drop, insert) {
  return Buffer.concat([bytes.subarray(0, at), insert,
    bytes.subarray(at + drop)]);
}

function mutate(bytes, dice) {
  for (let n = dice.below(4); n > 0; n--) {
    const at = dice.below(bytes.length + 1);
    const what = dice.below(4);
    if (what === 0) {
      bytes = splice(bytes, at, 1, Buffer.from([dice.below(256)]));
    } else if (what === 1) {
      bytes = splice(bytes, at, dice.below(8), Buffer.alloc(0));
    } else {
      // most tokens make sense at the beginning of a line
      const line = bytes.indexOf('\r\n', at);
      const where = what === 2 && line >= 0 ? line + 2 : at;
      bytes = splice(bytes, where, dice.below(2) * dice.below(8),
          dice.of(TOKENS));
    }
  }
  return bytes;
}

/** Without the blanks that RFC 9112 4 lets nobody mean. */
const trim = (words) => words.replace(/^[ \t]+|[ \t]+$/g, '');

/** Node's reading of a whole head; null if it refuses. */
function readWithNode(isResponse, bytes) {
  const parser = new HTTPParser();
  const fields = [];
  let head = null;
  parser.initialize(isResponse ? HTTPParser.RESPONSE : HTTPParser.REQUEST, {},
      65536, 0);
  parser[HTTPParser.kOnHeaders | 0] = (list, url) => {
    fields.push(...list);
    head = {url};
  };
  parser[HTTPParser.kOnHeadersComplete | 0] =
      (major, minor, list, method, url, status, words) => {
        fields.push(...(list || []));
        head = {major, minor, method: methods[method],
          url: url || (head && head.url) || '', status, words: trim(words || '')};
        return 2;
      };
  parser[HTTPParser.kOnBody | 0] = () => {};
  parser[HTTPParser.kOnMessageComplete | 0] = () => {};
  const result = parser.execute(bytes);
  if (head === null || head.major === undefined ||
      (result instanceof Error && result.code !== 'HPE_PAUSED_UPGRADE')) {
    return null;
  }
  return {...head, fields};
}

const hex = (text) => Buffer.from(text, 'latin1').toString('hex');

/** A head as our program prints it. */
function describe(isResponse, taken, head) {
  return [String(taken), String(head.minor),
    String(isResponse ? head.status : 0), hex(isResponse ? '' : head.method),
    hex(isResponse ? '' : head.url), hex(isResponse ? head.words : ''),
    ...head.fields.map(hex)].join(' ');
}

/** A method that Node has never heard of says nothing about heads; nor does
 * QUERY, which its parser counts otherwise than its list of names. */
function isKnown(line) {
  const method = Buffer.from(line.split(' ')[3], 'hex').toString('latin1');
  return methods.includes(method) && method !== 'QUERY';
}

/** Node refuses a tab behind a Content-Length, which RFC 9112 5 allows. */
function withoutTabs(bytes) {
  const text = bytes.toString('latin1');
  return Buffer.from(text.replace(/^(content-length:[ \t]*\d+)[ \t]+\r$/gim,
      '$1\r'), 'latin1');
}

function check({isResponse, bytes}, line) {
  if (line === '-' || (!isResponse && !isKnown(line))) return null;
  const taken = parseInt(line, 10);
  const head = readWithNode(isResponse, withoutTabs(bytes.subarray(0, taken)));
  if (head === null) return 'refused by Node';
  const theirs = describe(isResponse, taken, head);
  return theirs === line ? null : `read as ${theirs}, not ${line}`;
}

function askOurs(program, cases) {
  const records = cases.map(({isResponse, bytes}) => {
    const start = Buffer.alloc(5);
    start[0] = isResponse ? 1 : 0;
    start.writeUInt32LE(bytes.length, 1);
    return Buffer.concat([start, bytes]);
  });
  const result = spawnSync(program, {input: Buffer.concat(records),
    maxBuffer: 1 << 30});
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return result.stdout.toString().split('\n');
}

function readCorpus(directory) {
  return fs.readdirSync(directory).sort().map((name) =>
    fs.readFileSync(path.join(directory, name)).subarray(2));
}

function readArguments() {
  const [program, corpus, ...rest] = process.argv.slice(2);
  const options = {program, corpus, seed: 1, seconds: 0};
  for (let i = 0; i < rest.length; i += 2) {
    options[rest[i].replace(/^--/, '')] = Number(rest[i + 1]);
  }
  return options;
}

function main() {
  const {program, corpus, seed, seconds} = readArguments();
  const seeds = [...SEEDS, ...readCorpus(corpus)];
  const end = Date.now() + seconds * 1000;
  const bad = [];
  let tried = 0;
  let accepted = 0;
  const isOver = (n) => seconds > 0 ? Date.now() > end : n === BATCHES;
  for (let n = 0; !isOver(n) && bad.length === 0; n++) {
    const dice = new Dice(seed + n);
    const cases = Array.from({length: BATCH}, (_, i) => {
      const bytes = i < seeds.length ? seeds[i] : mutate(dice.of(seeds), dice);
      const kind = bytes.subarray(0, 5).equals(Buffer.from('HTTP/'));
      return {isResponse: dice.below(50) === 0 ? !kind : kind, bytes};
    });
    const lines = askOurs(program, cases);
    cases.forEach((one, i) => {
      tried++;
      accepted += lines[i] === '-' ? 0 : 1;
      const why = check(one, lines[i]);
      if (why) bad.push(`seed ${seed + n}: ` +
          `${JSON.stringify(one.bytes.toString('latin1'))} is ${why}`);
    });
  }
  bad.slice(0, 20).forEach((line) => console.log(`# ${line}`));
  const good = bad.length === 0 && accepted > tried / 20;
  console.log(`${good ? 'ok' : 'not ok'} 1 - what we accept, Node reads ` +
      `alike (${tried} heads, ${accepted} accepted)`);
  console.log('1..1');
  process.exit(good ? 0 : 1);
}

main();
