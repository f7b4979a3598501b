// What the tests send.
'use strict';

const { randomBytes } = require('node:crypto');

const MIB = 1024 * 1024;

module.exports = {
  // [what it is, the text]
  TEXTS: [
    ['text', 'Hello'],
    ['text of two to four bytes a character', 'Käse kostet 5 € 🧀'],
    ['a text of 130,000 bytes', 'aé€🧀'.repeat(13000)],
  ],
  bytes: randomBytes,
  mebibyte: () => randomBytes(MIB),
  MIB,
};
