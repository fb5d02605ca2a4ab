// fetch.mjs PORT: node's own client against a program that answers with what it saw.
import assert from 'node:assert';

const url = `http://127.0.0.1:${process.argv[2]}`;
const seen = async (path, options) => (await fetch(url + path, options)).json();

for (let round = 0; round < 5; ++round)
  await Promise.all(Array.from({ length: 40 }, async (_, i) => {
    const body = i % 2 ? 'x'.repeat(i * 1000) : undefined;
    const reply = await seen(`/n/${i}?a=%20b`, { method: body ? 'POST' : 'GET', body });
    assert.deepEqual([reply.u, reply.bl], [`/n/${i}?a=%20b`, body?.length ?? 0]);
  }));

// A stream goes in chunks, and its reply comes when it has ended.
const pieces = new ReadableStream({
  async start(controller) {
    for (let i = 0; i < 50; ++i) {
      controller.enqueue(new Uint8Array(10_000).fill(i));
      await new Promise(setImmediate);
    }
    controller.close();
  },
});
assert.equal((await seen('/stream', { method: 'PUT', body: pieces, duplex: 'half' })).bl, 500_000);

const form = new FormData();
form.append('file', new Blob(['abc']), 'ä.txt');
assert.equal((await seen('/form', { method: 'POST', body: form })).m, 'POST');
assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);

// One who leaves in the middle of an upload harms no other.
const leave = new AbortController();
const never = new ReadableStream({
  start(controller) { controller.enqueue(new Uint8Array(1000)); setImmediate(() => leave.abort()); },
});
await assert.rejects(fetch(url, { method: 'POST', body: never, duplex: 'half', signal: leave.signal }));
assert.equal((await seen('/after')).u, '/after');
console.log('fetched');
