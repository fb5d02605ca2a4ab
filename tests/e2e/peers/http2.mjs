// http2.mjs PORT [drain]: node's client of HTTP/2 against turngate_door_program; with `drain` it
// asks on and on until the server says that it ends.
import assert from 'node:assert';
import { once } from 'node:events';
import http2 from 'node:http2';

const session = http2.connect(`http://127.0.0.1:${process.argv[2]}`);
session.on('stream', () => assert.fail('pushed'));

const begin = (path, fields = {}, options = {}) => session.request({ ':path': path, ...fields }, options);

// What a stream was answered; rejects if it was reset.
async function whole(stream, mayBeRefused = false) {
  const answer = { body: '', trailers: {} };
  stream.on('error', () => {});  // rstCode tells
  stream.setEncoding('latin1');
  stream.on('response', (fields) => { answer.status = fields[':status']; });
  stream.on('trailers', (fields) => { answer.trailers = fields; });
  stream.on('data', (piece) => { answer.body += piece; });
  await new Promise((resolve) => stream.on('close', resolve));
  if (mayBeRefused && stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM) return null;
  assert.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
  return answer;
}

async function talk() {
  const piece = 'x'.repeat(100_000);  // node refuses streams itself past 10 MB that wait to be sent

  for (let round = 0; round < 3; ++round)
    await Promise.all(Array.from({ length: 90 }, async (_, i) => {
      const stream = begin(i % 2 ? '/echo' : `/facts?${i}`, { ':method': i % 2 ? 'POST' : 'GET' });
      stream.end(i % 2 ? 'y'.repeat(i * 3000) : undefined);
      const { status, body } = await whole(stream);
      assert.equal(status, 200);
      if (i % 2) assert.equal(body.length, i * 3000); else assert.match(body, new RegExp(`^GET  /facts\\?${i} `));
    }));

  // Trailers both ways.
  const stream = begin('/trailers', { ':method': 'POST' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }));
  stream.end('body');
  const echo = await whole(stream);
  assert.deepEqual([echo.body, echo.trailers['x-sum']], ['body', '42']);

  // Who leaves in the middle of a download, or of an upload, harms no other stream.
  const others = Array.from({ length: 20 }, () => whole(begin('/wait')));
  for (let i = 0; i < 20; ++i) {
    const download = begin('/large');
    await once(download, 'data');
    download.close(http2.constants.NGHTTP2_CANCEL);
    const upload = begin('/echo', { ':method': 'POST' });
    upload.on('error', () => {});
    upload.write(piece);
    upload.close(http2.constants.NGHTTP2_CANCEL);
    await once(upload, 'close');
  }
  for (const { body } of await Promise.all(others)) assert.equal(body, 'waited');

  // An answer to an upload that nobody reads, with and without its length.
  for (const fields of [{}, { 'content-length': 3_000_000 }]) {
    const upload = begin('/ignore', { ':method': 'POST', ...fields });
    upload.on('error', () => {});
    for (let i = 0; i < 30; ++i) upload.write(piece);
    if (!fields['content-length']) upload.end();
    let body = '';
    upload.setEncoding('latin1');
    upload.on('data', (piece) => { body += piece; });
    await once(upload, 'end');
    assert.equal(body, 'not read');
    upload.close();
  }
  assert.equal((await whole(begin('/pieces'))).body.length, 2000);
  session.close();
  await once(session, 'close');
  console.log('talked');
}

async function drain() {
  let answered = 0, ends = false;
  session.on('goaway', () => { ends = true; });
  session.on('close', () => { ends = true; });
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    while (!ends && !session.closed) {
      const answer = await whole(begin(i % 5 ? '/pieces' : '/wait'), true);
      if (!answer) return;  // node itself, or the server: it has not been begun
      assert.deepEqual([answer.status, answer.body.length], [200, i % 5 ? 2000 : 6]);
      if (++answered === 500) console.log('begun');
    }
  }));
  if (!ends) await once(session, 'close');
  assert(answered >= 500);
  console.log('drained');
}

await (process.argv[3] ? drain() : talk());
