// websocket.mjs server | client PORT: both ends of WebSockets, which a gateway between them must not notice.
import assert from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { once } from 'node:events';

// From where it was installed, which is not beside this file.
const { WebSocket, WebSocketServer } = createRequire(process.cwd() + '/')('ws');
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

function serve() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true,
    handleProtocols: (offered) => (offered.has('shop.2') ? 'shop.2' : false) });
  server.on('listening', () => console.log(server.address().port));
  server.on('connection', (socket, request) => {
    if (request.url === '/farewell') return socket.close(4001, 'that was all');
    if (request.url === '/gone') return socket.terminate();
    socket.on('message', (data, isBinary) => {
      if (data.toString('latin1', 0, 7) === 'digest:') socket.send(digest(data));
      else socket.send(data, { binary: isBinary });
    });
    socket.on('close', (code, reason) => console.log(JSON.stringify({ code, reason: reason.toString() })));
  });
}

async function open(port, path, options = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options.protocols ?? [], options);
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: reason.toString() }));
  await once(socket, 'open');
  return { socket, closed };
}

async function answer(socket, message) {
  const reply = once(socket, 'message');
  socket.send(message);
  const [data, isBinary] = await reply;
  return isBinary ? data : data.toString();
}

async function talk(port) {
  for (const perMessageDeflate of [false, true]) {
    const { socket, closed } = await open(port, '/chat', { perMessageDeflate, protocols: ['shop.1', 'shop.2'] });
    assert.equal(socket.protocol, 'shop.2');
    assert.equal(socket.extensions.includes('permessage-deflate'), perMessageDeflate);
    assert.equal(await answer(socket, 'grüße'), 'grüße');
    for (const size of [0, 1, 125, 126, 65535, 65536, 1 << 20]) {
      const bytes = randomBytes(size);
      assert.deepEqual(await answer(socket, bytes), bytes);
    }
    const long = Buffer.concat([Buffer.from('digest:'), randomBytes(5 << 20)]);
    assert.equal((await answer(socket, long)).toString(), digest(long));
    const pong = once(socket, 'pong');
    socket.ping('are you there');
    assert.equal((await pong)[0].toString(), 'are you there');
    socket.close(4002, 'bye');
    assert.deepEqual(await closed, { code: 4002, reason: 'bye' });
  }
  const ended = await open(port, '/farewell');
  assert.deepEqual(await ended.closed, { code: 4001, reason: 'that was all' });
  assert.equal((await (await open(port, '/gone')).closed).code, 1006);
  const many = await Promise.all(Array.from({ length: 40 }, () => open(port, '/chat')));
  await Promise.all(many.map(({ socket }, i) => answer(socket, 'n' + i).then((text) => assert.equal(text, 'n' + i))));
  many.forEach(({ socket }) => socket.close());
  await Promise.all(many.map(({ closed }) => closed));
  console.log('talked');
}

if (process.argv[2] === 'server') serve();
else await talk(process.argv[3]);
