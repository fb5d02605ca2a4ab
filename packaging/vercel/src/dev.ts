// A function under `vercel dev`.
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';

import type {StartDevServerOptions, StartDevServerSuccess} from '@vercel/build-utils';

import {BuildFailure} from './failure';

const patience = 30_000; // milliseconds

/** Starts `program` on a free port of this machine, and waits until it listens there. Throws BuildFailure. */
export async function startProgram(program: string, options: StartDevServerOptions): Promise<StartDevServerSuccess> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...options.meta?.env,
    VERCEL_DEV: '1',
    HOST: '127.0.0.1',
    PORT: `${port}`,
    // Each would lead it elsewhere.
    VERCEL_DEV_PORT: undefined,
    VERCEL_IPC_PATH: undefined,
  };
  const child = spawn(program, [], {cwd: options.workPath, env, stdio: ['ignore', 'pipe', 'pipe']});
  await once(child, 'spawn').catch((error: unknown) => {
    throw new BuildFailure(`${options.entrypoint} cannot be started: ${error instanceof Error ? error.message : ''}`);
  });
  const {
    onStdout = (data: Buffer) => process.stdout.write(data),
    onStderr = (data: Buffer) => process.stderr.write(data),
  } = options;
  child.stdout.on('data', onStdout);
  child.stderr.on('data', onStderr);
  const shutdown = async (): Promise<void> => {
    if (!isRunning(child)) return;
    child.kill();
    await once(child, 'exit');
  };
  await untilListening(child, port, options.entrypoint).catch(async (error: unknown) => {
    await shutdown();
    throw error;
  });
  return {port, pid: child.pid ?? 0, shutdown};
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(child: ChildProcess, port: number, entrypoint: string): Promise<void> {
  const start = Date.now();
  while (!(await isListening(port))) {
    if (!isRunning(child)) throw new BuildFailure(`${entrypoint} has ended before it listened: see above`);
    if (Date.now() - start > patience) throw new BuildFailure(`${entrypoint} does not listen after 30 s`);
    await delay(10);
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', done(true)).on('error', done(false));
  });
}
