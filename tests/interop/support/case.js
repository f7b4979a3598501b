// One case: a test that always ends, and leaves nothing running behind.
'use strict';

const { test } = require('node:test');

const LIMIT_MS = 100000; // it would hang otherwise; they take milliseconds

let cleanUps = [];

// Runs at the end of the current case, however it ends.
function defer(cleanUp) {
  cleanUps.push(cleanUp);
}

function cleanUp() {
  const last = cleanUps.reverse();
  cleanUps = [];
  last.forEach((step) => step());
}

function check(name, body, limitMs = LIMIT_MS) {
  test(name, async () => {
    let timer;
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it hangs')), limitMs);
    });
    try {
      await Promise.race([body(), late]);
    } finally {
      clearTimeout(timer);
      cleanUp();
    }
  });
}

module.exports = { check, defer };
