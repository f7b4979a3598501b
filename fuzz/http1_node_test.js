#!/usr/bin/env node
// What our reader of HTTP heads accepts, Node's parser accepts with the same
// meaning: http1_node_test.js PROGRAM CORPUS [--seed N] [--seconds N]. Without
// --seconds a fixed number of heads made from the corpus is tried.
'use strict';

const {HTTPParser, methods} = require('_http_common');
const {runTwin} = require('./node_twin.js');

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
];
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
];

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
  if (!isResponse && !isKnown(line)) return null;
  const taken = parseInt(line, 10);
  const head = readWithNode(isResponse, withoutTabs(bytes.subarray(0, taken)));
  if (head === null) return 'refused by Node';
  const theirs = describe(isResponse, taken, head);
  return theirs === line ? null : `read as ${theirs}, not ${line}`;
}

function make(bytes, dice) {
  const kind = bytes.subarray(0, 5).equals(Buffer.from('HTTP/'));
  return {isResponse: dice.below(50) === 0 ? !kind : kind, bytes};
}

function record({isResponse, bytes}) {
  const start = Buffer.alloc(5);
  start[0] = isResponse ? 1 : 0;
  start.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([start, bytes]);
}

runTwin({what: 'heads', seeds: SEEDS, tokens: TOKENS, skip: 2, make, record,
  check});
