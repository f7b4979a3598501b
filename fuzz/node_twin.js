// What the comparisons with Node's parser share: inputs made from a seed, and
// the run that asks our program about them.
'use strict';

const {spawnSync} = require('child_process');
const fs = require('fs');
const path = require('path');

const BATCH = 5000;
const BATCHES = 4;

/** A small generator, so that a seed gives the same inputs everywhere. */
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

function mutate(bytes, tokens, dice) {
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
          dice.of(tokens));
    }
  }
  return bytes;
}

const fromText = (list) => list.map((text) => Buffer.from(text, 'latin1'));

/** The files of a corpus without the bytes that a fuzz target puts first. */
function readCorpus(directory, skip) {
  return fs.readdirSync(directory).sort().map((name) =>
    fs.readFileSync(path.join(directory, name)).subarray(skip));
}

function askOurs(program, records) {
  const result = spawnSync(program, {input: Buffer.concat(records),
    maxBuffer: 1 << 30});
  if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  return result.stdout.toString().split('\n');
}

function readArguments() {
  const [program, corpus, ...rest] = process.argv.slice(2);
  const options = {program, corpus, seed: 1, seconds: 0};
  for (let i = 0; i < rest.length; i += 2) {
    options[rest[i].replace(/^--/, '')] = Number(rest[i + 1]);
  }
  return options;
}

/** Checks a batch; gives how many were accepted and what was wrong. */
function runBatch(twin, program, cases) {
  const lines = askOurs(program, cases.map(twin.record));
  const bad = [];
  cases.forEach((one, i) => {
    const why = lines[i] === '-' ? null : twin.check(one, lines[i]);
    if (why) bad.push(`${JSON.stringify(one.bytes.toString('latin1'))} is ` +
        why);
  });
  return {bad, accepted: lines.filter((l) => l !== '' && l[0] !== '-').length};
}

/**
 * Runs and ends the process. A twin has `what` (the name of its inputs),
 * `seeds`, `tokens`, `skip` (bytes before each input in the corpus),
 * `make(bytes, dice)` (a case with these bytes), `record(case)` (as our program
 * reads it) and `check(case, line)` (null, or what was wrong). A line that begins
 * with "-" is of a case that we refuse; one that is no more is not checked.
 */
function runTwin(twin) {
  const {program, corpus, seed, seconds} = readArguments();
  const seeds = [...fromText(twin.seeds), ...readCorpus(corpus, twin.skip)];
  const tokens = fromText(twin.tokens);
  const end = Date.now() + seconds * 1000;
  const bad = [];
  let tried = 0;
  let accepted = 0;
  const isOver = (n) => seconds > 0 ? Date.now() > end : n === BATCHES;
  for (let n = 0; !isOver(n) && bad.length === 0; n++) {
    const dice = new Dice(seed + n);
    const cases = Array.from({length: BATCH}, (_, i) => twin.make(
        i < seeds.length ? seeds[i] : mutate(dice.of(seeds), tokens, dice),
        dice));
    const result = runBatch(twin, program, cases);
    tried += cases.length;
    accepted += result.accepted;
    bad.push(...result.bad.map((line) => `seed ${seed + n}: ${line}`));
  }
  bad.slice(0, 20).forEach((line) => console.log(`# ${line}`));
  const good = bad.length === 0 && accepted > tried / 20;
  console.log(`${good ? 'ok' : 'not ok'} 1 - what we accept, Node reads ` +
      `alike (${tried} ${twin.what}, ${accepted} accepted)`);
  console.log('1..1');
  process.exit(good ? 0 : 1);
}

module.exports = {runTwin};
