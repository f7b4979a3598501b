#!/usr/bin/env node
// What our reader of JSON accepts, JSON.parse reads alike, and what ours refuses,
// JSON.parse refuses too but for the cases that src/protocol/json.h names:
// json_node_test.js PROGRAM CORPUS [--seed N] [--seconds N]. Without --seconds a
// fixed number of texts is tried.
'use strict';

const {runTwin} = require('./node_twin.js');

const DEPTH_MAX = 8;
const SEEDS = [
  '{"request":{"id":"1","requestHeaders":{"A":["b","c"],"n":-12},"body":true}}',
  '[null,true,false,0,-0,1.5e+3,-2E-7,"",[],{},[[1],[2,[3]]]]',
  ' {\t"a" :\r\n[ 1 , 2 ] } ',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00fc\\u20ac\\ud83d\\uDe00"',
  '{"":1,"a":{"":2},"1":3,"0":4,"__proto__":5,"constructor":6}',
  '[9223372036854775807,-9223372036854775808,1e999,1e-999,0.1,5e-324]',
  '"\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 \x7f"',
  '[[[[[[[[]]]]]]]]',
  '[' + '"0123456789abcdef",'.repeat(80) + '0]',
  '{' + Array.from({length: 80}, (_, i) => `"m${i}":{"n":[${i}]}`).join() + '}',
];
const TOKENS = [
  '{', '}', '[', ']', ',', ':', '"', '\\', '\\"', '\\\\', '\\/', '\\u0000',
  '\\u000', '\\u0041', '\\u00e', '\\ud800', '\\udc00', '\\ud83d\\ude00',
  '\\ud83d\\u0041', '\\x41', "'", 'a', '0', '00', '01', '-', '+', '.', '1.',
  '.5', 'e', 'E', '1e', '1e5', '1E-5', '-1', '9223372036854775808',
  '-9223372036854775809', 'null', 'true', 'false', 'nul', 'NaN', 'Infinity',
  'undefined', ' ', '\t', '\n', '\r', '\x0b', '\f', '\0', '\x1f', '\x7f',
  '\x80', '\xc0\x80', '\xc3', '\xc3\xbc', '\xed\xa0\x80', '\xe2\x80\xa8',
  '\xf4\x90\x80\x80', '\xff', '\xef\xbb\xbf', '\xc2\xa0', '//', '/**/', ',,',
  '"a":1,', '"a":1', '"a"', '[]', '{}', '{"a":', '[[[[', ']]]]', '\r\n',
];

/** Not what JSON.parse says of text that is no UTF-8: bytes. */
function readWithNode(bytes) {
  try {
    const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
    return {value: JSON.parse(decoder.decode(bytes))};
  } catch {
    return null;
  }
}

const hex = (text) => Buffer.from(text, 'utf8').toString('hex');

function describeNumber(number) {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(number);
  return '#' + bits.toString('hex');
}

/** A value as our program prints it. */
function describe(value) {
  if (typeof value === 'string') return `"${hex(value)}`;
  if (typeof value === 'number') return describeNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    return `[${value.map((one) => describe(one) + ',').join('')}]`;
  }
  const names = Object.keys(value).map((name) => [hex(name), name]).sort();
  return `{${names.map(([text, name]) =>
    `${text}:${describe(value[name])},`).join('')}}`;
}

function depthOf(value) {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** How often a member's name stands before a colon is all JSON.parse leaves. */
const mayHaveTwins = (bytes, value) =>
  (bytes.toString('latin1').match(/"\s*:/g) || []).length > countNames(value);

function countNames(value) {
  if (value === null || typeof value !== 'object') return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum, one) => sum + countNames(one), own);
}

/** Whether json.h says that we refuse what JSON.parse takes. */
function isNamed(bytes, value, why) {
  const text = bytes.toString('latin1');
  if (why.includes('twice')) return mayHaveTwins(bytes, value);
  if (why.includes('nested')) {
    return depthOf(value) > DEPTH_MAX || mayHaveTwins(bytes, value);
  }
  return /\\u0000/.test(text) || /\\ud[89a-f]/i.test(text) || /\d{19}/.test(text);
}

function check({bytes}, line) {
  const theirs = readWithNode(bytes);
  if (line.startsWith('- ')) {
    return theirs === null || isNamed(bytes, theirs.value, line) ? null :
      `refused by us alone (${line})`;
  }
  if (theirs === null) return 'refused by JSON.parse';
  const text = describe(theirs.value);
  return text === line ? null : `read as ${text}, not ${line}`;
}

function record({bytes}) {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(bytes.length, 0);
  return Buffer.concat([start, bytes]);
}

runTwin({what: 'texts', seeds: SEEDS, tokens: TOKENS, skip: 0,
  make: (bytes) => ({bytes}), record, check});
