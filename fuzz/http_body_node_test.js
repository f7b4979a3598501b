#!/usr/bin/env node
// A chunked body that our reader accepts ends at the same byte for Node's
// parser and has the same data: http_body_node_test.js PROGRAM CORPUS
// [--seed N] [--seconds N]. Without --seconds a fixed number of bodies is tried.
'use strict';

const {HTTPParser} = require('_http_common');
const {runTwin} = require('./node_twin.js');

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const NEXT = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const SEEDS = [
  '0\r\n\r\n',
  '3\r\nabc\r\n0\r\n\r\n',
  '00a\r\n0123456789\r\n1\r\n\n\r\n000\r\n\r\nGET / HTTP/1.1\r\n',
  '3;a;b=c;d="e;\\"\t"\r\nabc\r\n0;x\r\n\r\n',
  '1\r\na\r\n0\r\nA: b\r\nX-Checksum:\tc \r\n\r\n',
  'fF\r\n' + 'x'.repeat(255) + '\r\n0\r\n\r\n',
  '2\r\n\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n',
];
const TOKENS = [
  '\r\n', '\r', '\n', ' ', '\t', '\0', ';', '=', '"', '\\', ':', ',', '\x7f',
  '\x80', '\xff', '\x0b', ';a', ';a=b', ';a="b"', ';a="\\""', ';=', ';;', '0',
  '1', 'a', 'F', '0x', '+', '-', 'g', '00000000000000', 'ffffffffffffffff',
  '0\r\n', '0\r\n\r\n', '1\r\nx\r\n', '1;a\r\nx\r\n', 'A: b\r\n', 'A : b\r\n',
  ' A: b\r\n', ': b\r\n', 'A\r\n', 'Content-Length: 5\r\n',
  'Content-Length: x\r\n', 'Transfer-Encoding: x\r\n', 'Connection: upgrade\r\n',
  'Transfer-Encoding: chunked\r\n', 'Host: b\r\n', 'Upgrade: a\r\n',
  'Connection: close\r\n', 'GET / HTTP/1.1\r\n',
];

/** Node's reading of a body with another request behind it. */
function readWithNode(body) {
  const parser = new HTTPParser();
  const urls = [];
  const data = [];
  let ended = 0;
  parser.initialize(HTTPParser.REQUEST, {}, 65536, 0);
  // once there were trailers, the next head comes by this way too
  let flushed = '';
  parser[HTTPParser.kOnHeaders | 0] = (list, url) => {
    flushed = url;
  };
  parser[HTTPParser.kOnHeadersComplete | 0] =
      (major, minor, list, method, url) => {
        urls.push(url || flushed);
        return 0;
      };
  parser[HTTPParser.kOnBody | 0] = (bytes, start, length) => {
    data.push(Buffer.from(start === undefined ? bytes :
        bytes.subarray(start, start + length)));
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    ended++;
  };
  const result = parser.execute(Buffer.concat(
      [Buffer.from(HEAD), body, Buffer.from(NEXT)]));
  if (result instanceof Error) return `refused by Node (${result.code})`;
  if (ended !== 2 || urls[1] !== '/next') return 'of another length for Node';
  return Buffer.concat(data).toString('hex');
}

function check({bytes}, line) {
  const [taken, ours] = line.split(' ');
  const theirs = readWithNode(bytes.subarray(0, Number(taken)));
  if (theirs === ours) return null;
  return /^([0-9a-f]{2})*$/.test(theirs) ?
    `read as ${theirs}, not ${ours}` : theirs;
}

function record({bytes}) {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(bytes.length, 0);
  return Buffer.concat([start, bytes]);
}

runTwin({what: 'bodies', seeds: SEEDS, tokens: TOKENS, skip: 3,
  make: (bytes) => ({bytes}), record, check});
