// What the tests build: a copy of one of the projects beside, and its functions, started.
import {once} from 'node:events';
import {spawn, spawnSync} from 'node:child_process';
import {chmod, cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {filesBelow} from '../dist/cache.js';
import {build} from '../dist/index.js';

const projects = join(dirname(fileURLToPath(import.meta.url)), 'projects');

/** A reason to skip tests that compile, or false. */
export const withoutTurngate =
  process.env.TURNGATE_DIR === undefined && 'TURNGATE_DIR names no installed turngate: nothing is compiled';

/** A copy of `name` that lasts as long as the test `t`. */
export async function copyProject(t, name) {
  const workPath = await mkdtemp(join(tmpdir(), 'vercel-'));
  t.after(() => rm(workPath, {recursive: true}));
  await cp(join(projects, name), workPath, {recursive: true});
  return workPath;
}

export async function options(workPath, entrypoint, config = {}) {
  const found = await filesBelow(workPath, workPath);
  const files = Object.fromEntries(Object.entries(found).filter(([path]) => !path.startsWith('.vercel/')));
  return {files, entrypoint, workPath, repoRootPath: workPath, config, meta: {isDev: true}};
}

export async function buildFunction(workPath, entrypoint, config) {
  const {output} = await build(await options(workPath, entrypoint, config));
  return output;
}

/** Puts a function's files somewhere else, as long as the test `t` lasts. */
export async function unpackFunction(t, output) {
  const directory = await mkdtemp(join(tmpdir(), 'function-'));
  t.after(() => rm(directory, {recursive: true}));
  for (const [path, {data, mode}] of Object.entries(output.files)) {
    await mkdir(dirname(join(directory, path)), {recursive: true});
    await writeFile(join(directory, path), data);
    await chmod(join(directory, path), mode & 0o777);
  }
  return directory;
}

/** What the loader finds for the libraries of an unpacked function's `programs`: a name and a path each. */
export function librariesOf(directory, programs) {
  const said = programs.map((program) => spawnSync('ldd', [join(directory, program)]).stdout.toString());
  return [...said.join('').matchAll(/^\s*(\S+) => (.+) \(0x/gm)].map(([, name, path]) => [name, path]);
}

/** Starts a function somewhere else as the platform does, without arguments. */
export async function startFunction(t, output) {
  const directory = await unpackFunction(t, output);
  const env = {PATH: '/usr/bin:/bin', PORT: '0', HOST: '127.0.0.1'};
  const child = spawn(join(directory, 'executable'), [], {cwd: '/', env, stdio: ['ignore', 'ignore', 'pipe']});
  t.after(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  let said = '';
  for await (const text of child.stderr.setEncoding('utf8').iterator({destroyOnReturn: false})) {
    said += text;
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) {
      child.stderr.resume();
      return `http://127.0.0.1:${port}`;
    }
  }
  await once(child, 'exit').catch(() => undefined);
  throw new Error(`it does not listen: ${said}`);
}

export async function answer(url, init) {
  const response = await fetch(url, init);
  return `${response.status} ${await response.text()}`;
}
