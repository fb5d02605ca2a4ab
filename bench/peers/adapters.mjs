// The Node peers: JSON text in, "hello" by a bare (request, response) function, JSON text out.
// Prints {"name": microseconds of CPU an event} of one round for each adapter.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ServerlessAdapter } from '@h4ad/serverless-adapter';
import { ApiGatewayV1Adapter } from '@h4ad/serverless-adapter/adapters/aws';
import { DefaultHandler } from '@h4ad/serverless-adapter/handlers/default';
import { PromiseResolver } from '@h4ad/serverless-adapter/resolvers/promise';

const require = createRequire(import.meta.url);
const serverlessExpress = require('@codegenie/serverless-express');
const serverlessHttp = require('serverless-http');

const app = (request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end('hello');
};

const adapters = {
  'bare function': async () => ({
    statusCode: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'hello',
    isBase64Encoded: false,
  }),
  'serverless-http': serverlessHttp(app),
  '@codegenie/serverless-express': serverlessExpress({ app }),
  '@h4ad/serverless-adapter': ServerlessAdapter.new(app)
    .setFramework({ sendRequest: (handler, request, response) => handler(request, response) })
    .setHandler(new DefaultHandler())
    .setResolver(new PromiseResolver())
    .addAdapter(new ApiGatewayV1Adapter())
    .build(),
};

const text = readFileSync(process.argv[2], 'utf8');
const events = Number(process.argv[3] ?? 20000);
const context = { awsRequestId: 'bench', callbackWaitsForEmptyEventLoop: false };

async function round(handler, count) {
  for (let i = 0; i < count; i++) {
    const reply = JSON.stringify(await handler(JSON.parse(text), context));
    if (!reply.includes('hello')) throw new Error(`unexpected reply: ${reply}`);
  }
}

const result = {};
for (const [name, handler] of Object.entries(adapters)) {
  await round(handler, events / 2); // warm: the JIT has seen everything
  const before = process.cpuUsage();
  await round(handler, events);
  const used = process.cpuUsage(before);
  result[name] = (used.user + used.system) / events;
}
console.log(JSON.stringify(result));
