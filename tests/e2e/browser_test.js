// Web applications in Chromium, through a relay and hyco listen
// --http-forward. Run by browser_test.sh.
'use strict';

const assert = require('node:assert');
const { after } = require('node:test');
const { check } = require('../interop/support/case');
const { Browser } = require('./browser');

const {
  FILES_URL, APP_URL, TRUSTING_HOME, STRANGERS_HOME, BIG_SHA256, BIG_SIZE,
} = process.env;
const LONG_MS = 100000; // it would hang otherwise; for what is large

const browser = new Browser(TRUSTING_HOME);
after(() => browser.close());

async function opened(url) {
  const page = await browser.newPage();
  await page.open(url);
  return page;
}

// Follows a link of the page.
function click(page, selector) {
  return page.loadedBy(() => page.run(
    (s) => document.querySelector(s).click(), selector));
}

function whereIs(page) {
  return page.run(() => location.href);
}

check('a browser that does not know the authority refuses', async () => {
  const stranger = new Browser(STRANGERS_HOME);
  const page = await stranger.newPage();
  assert.strictEqual(await page.tryToOpen(FILES_URL),
    'net::ERR_CERT_AUTHORITY_INVALID');
  await stranger.close();
});

// --- python3 -m http.server ---

check('a directory is listed, and its links work', async () => {
  const page = await opened(FILES_URL);
  const links = await page.run(
    () => [...document.links].map((a) => a.getAttribute('href')));
  assert.deepStrictEqual(links, ['big.bin', 'sub/']);
  await click(page, 'a[href="sub/"]');
  assert.strictEqual(await whereIs(page), `${FILES_URL}sub/`);
  assert.strictEqual(await page.run(() => document.title), 'a page below');
});

check('a directory without its slash is redirected to itself', async () => {
  const page = await opened(`${FILES_URL}sub`);
  assert.strictEqual(await whereIs(page), `${FILES_URL}sub/`);
});

check('what is not there is 404', async () => {
  const page = await opened(FILES_URL);
  assert.strictEqual(
    await page.run(async () => (await fetch('missing')).status), 404);
});

check('a file of 100 MiB comes as it is', async () => {
  const page = await opened(FILES_URL);
  const got = await page.run(async () => {
    const bytes = await (await fetch('big.bin')).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return { size: bytes.byteLength, hash: [...hash] };
  });
  assert.strictEqual(got.size, Number(BIG_SIZE));
  assert.strictEqual(Buffer.from(got.hash).toString('hex'), BIG_SHA256);
}, LONG_MS);

// --- browser_app.py ---

check('a page has its styles, scripts and images', async () => {
  const page = await opened(APP_URL);
  const got = await page.run(() => {
    const style = getComputedStyle(document.querySelector('p'));
    const size = (id) => {
      const image = document.getElementById(id);
      return `${image.naturalWidth}x${image.naturalHeight}`;
    };
    return [style.color, style.marginTop, window.fromScript, window.fromMore,
      size('near'), size('far')];
  });
  assert.deepStrictEqual(got,
    ['rgb(1, 2, 3)', '7px', 'near', 'far', '3x2', '3x2']);
});

for (const kind of ['relative', 'absolute'])
  check(`a link, ${kind}`, async () => {
    const page = await opened(APP_URL);
    await click(page, `#${kind}`);
    assert.strictEqual(await whereIs(page), `${APP_URL}deep/page`);
    assert.strictEqual(await page.run(() => document.title), 'deep');
  });

check('many requests at once each get their own answer', async () => {
  const page = await opened(APP_URL);
  const answers = await page.run(() => Promise.all([...Array(60).keys()].map(
    async (i) => (await fetch(`number?${i}`)).text())));
  assert.deepStrictEqual(answers, [...Array(60).keys()].map(String));
});

check('a form is posted', async () => {
  const page = await opened(APP_URL);
  await page.loadedBy(() => page.run(() => document.forms[0].submit()));
  assert.strictEqual(await page.run(() => document.title), 'form');
  assert.strictEqual(
    await page.run(() => document.querySelector('pre').textContent),
    'J\u00fcrgen & co\ntwo\r\nlines'.replace('\r', ''));
});

for (const [path, query] of [['moved', ''], ['far', '?from=far']])
  check(`a redirect is followed: ${path}`, async () => {
    const page = await opened(APP_URL + path);
    assert.strictEqual(await whereIs(page), `${APP_URL}deep/page${query}`);
    assert.strictEqual(await page.run(() => document.title), 'deep');
  });

check('a redirect after a POST is followed with a GET', async () => {
  const page = await opened(APP_URL);
  const got = await page.run(async () => {
    const answer = await fetch('moved', { method: 'POST', body: 'x' });
    return [answer.redirected, answer.status, answer.url];
  });
  assert.deepStrictEqual(got, [true, 200, `${APP_URL}deep/page`]);
});

check('two cookies are set, and come back', async () => {
  const page = await opened(APP_URL);
  const got = await page.run(async () => {
    await fetch('login');
    return [document.cookie, await (await fetch('cookies')).text()];
  });
  assert.strictEqual(got[0], 'seen=1');
  assert.deepStrictEqual(got[1].split('; ').sort(), ['hidden=2', 'seen=1']);
});

check('ranges of a file', async () => {
  const page = await opened(APP_URL);
  const got = await page.run(async () => {
    const answers = [];
    for (const range of ['10-12', '900000-', '-3', '5-1000000']) {
      const answer =
        await fetch('file', { headers: { Range: `bytes=${range}` } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      answers.push([answer.status, answer.headers.get('Content-Range'),
        bytes.length, bytes[0]]);
    }
    return answers;
  });
  assert.deepStrictEqual(got.slice(0, 3), [
    [206, 'bytes 10-12/1000000', 3, 10],
    [206, 'bytes 900000-999999/1000000', 100000, 900000 % 251],
    [206, 'bytes 999997-999999/1000000', 3, 999997 % 251],
  ]);
  assert.deepStrictEqual(got[3].slice(0, 3), [416, 'bytes */1000000', 0]);
});

check('what the browser has is asked for again: 304', async () => {
  const page = await opened(APP_URL);
  const got = await page.run(async () => {
    const ask = async () =>
      (await fetch('cached', { cache: 'no-cache' })).text();
    return [await ask(), await ask(),
      await (await fetch('revalidated')).text()];
  });
  assert.deepStrictEqual(got, ['kept', 'kept', '1']);
});

check('5 MB are uploaded as they are', async () => {
  const page = await opened(APP_URL);
  const [ours, theirs] = await page.run(async () => {
    const bytes = Uint8Array.from({ length: 5000000 }, (_, i) => i % 249);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const answer = await fetch('hash', { method: 'POST', body: bytes });
    return [[...hash], await answer.text()];
  });
  assert.strictEqual(theirs, Buffer.from(ours).toString('hex'));
}, LONG_MS);

// The application sends the next event once the one before is acknowledged: an
// event that anybody holds back is never followed by another.
check('server-sent events come one by one, until the page is gone',
  async () => {
    const page = await opened(APP_URL);
    const got = await page.run(() => new Promise((resolve, reject) => {
      const seen = [];
      const source = new EventSource('events');
      source.onerror = () => reject(new Error(`cut after ${seen}`));
      source.onmessage = async ({ data }) => {
        seen.push(data);
        if (seen.length === 5) source.close();
        await fetch('acknowledge', { method: 'POST', body: data });
        if (seen.length === 5) resolve(seen);
      };
    }));
    assert.deepStrictEqual(got, ['1', '2', '3', '4', '5']);
    assert.strictEqual(
      await page.run(async () => (await fetch('gone')).text()), 'True');
  });
