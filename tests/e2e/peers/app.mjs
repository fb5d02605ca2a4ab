// app.mjs: an application as people put behind an adapter: slow to start, unwell at first, polite at its end.
// It listens on $PORT after $SLOW_START ms and notes in the file $APP_LOG what happens to it.
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';

const note = (line) => appendFileSync(process.env.APP_LOG, line + '\n');
const unwell = Number(process.env.UNWELL ?? 0);
let asked = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  if (url.pathname === '/healthz') {
    response.statusCode = ++asked > unwell ? 204 : 503;
    note(`health ${response.statusCode}`);
    return response.end();
  }
  note(`began ${request.method} ${request.url}`);
  if (url.pathname === '/crash') process.exit(7);
  if (url.pathname === '/text') {
    response.setHeader('Content-Type', 'text/plain');
    return response.end('all the same '.repeat(1000));
  }
  if (url.pathname === '/events') {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write('data: 1\n\n');
    return setTimeout(() => response.end('data: 2\n\n'), Number(url.searchParams.get('ms')));
  }
  const size = { bytes: 0 };
  request.on('data', (piece) => { size.bytes += piece.length; });
  request.on('end', () => setTimeout(() => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ url: request.url, headers: request.headers, bytes: size.bytes, pid: process.pid }));
    note(`ended ${request.url}`);
  }, Number(url.searchParams.get('ms') ?? 0)));
});
server.keepAliveTimeout = 60_000;
process.on('SIGTERM', () => {
  note('SIGTERM');
  server.close(() => { note('left'); process.exit(0); });
});
setTimeout(() => server.listen(Number(process.env.PORT), process.env.HOST, () => note(`listens ${process.env.PORT}`)),
  Number(process.env.SLOW_START ?? 0));
