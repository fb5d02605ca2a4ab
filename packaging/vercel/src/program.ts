// The program of a function, compiled.
import {existsSync} from 'node:fs';
import {copyFile, mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';

import {compile, configure} from './cmake';
import {BuildFailure} from './failure';
import type {Options} from './options';
import {buildProject} from './project';
import {sourceKind} from './source';
import {treeDirectory, treeTarget} from './tree';
import {findTurngate} from './turngate';

export interface FunctionProgram {
  /** Where "executable" is, and "user-server" if it has one. */
  directory: string;
  hasServer: boolean;
  /** The handler that it starts, of a tree that has to come along. */
  front: string | undefined;
}

interface Job {
  entrypoint: string;
  workPath: string;
  options: Options;
  prefix: string;
  /** Of this function; kept from one build to the next. */
  directory: string;
}

/** Where everything that a later build can use is, below the project. */
export const cacheDirectory = join('.vercel', 'cache', 'turngate');

const templates = join(__dirname, '..', 'templates');
const serverTarget = 'http:spawn:exec user-server';

let last: Promise<unknown> = Promise.resolve();

/**
 * One after the other: requests of `vercel dev` come at the same time, and builds of a function are
 * in one directory. Throws BuildFailure with the compiler's lines.
 */
export function buildProgram(entrypoint: string, workPath: string, options: Options): Promise<FunctionProgram> {
  const mine = last.then(() => buildNow(entrypoint, workPath, options));
  last = mine.catch(() => undefined);
  return mine;
}

async function buildNow(entrypoint: string, workPath: string, options: Options): Promise<FunctionProgram> {
  const cache = join(workPath, cacheDirectory);
  const directory = join(cache, 'functions', entrypoint);
  await mkdir(directory, {recursive: true});
  const prefix = await findTurngate(options, workPath, cache);
  const job = {entrypoint, workPath, options, prefix, directory};
  const front = options.front ?? treeTarget(entrypoint);
  if (front !== undefined) {
    await buildFile(job, await writeMain(job, 'front.cc', front), undefined);
    return {directory, hasServer: false, front};
  }
  const project = projectOf(entrypoint, workPath);
  const hasServer = project === undefined ? await buildSource(job) : await buildOfProject(job, project);
  return {directory, hasServer, front: undefined};
}

function projectOf(entrypoint: string, workPath: string): string | undefined {
  const places = [dirname(join(workPath, entrypoint)), workPath];
  return places.find((place) => existsSync(join(place, 'CMakeLists.txt')));
}

async function buildSource(job: Job): Promise<boolean> {
  if (!/\.(cc|cpp|cxx)$/.test(job.entrypoint))
    throw new BuildFailure(
      `${job.entrypoint} is nothing that @turngate/vercel builds: *.cc, *.cpp, *.cxx, CMakeLists.txt, *.php and *.cgi ` +
        'are, and everything with "front" in the config',
    );
  const file = join(job.workPath, job.entrypoint);
  const kind = sourceKind(await readFile(file, 'utf8'), dirname(file), job.workPath);
  if (kind === 'program') await buildFile(job, file, undefined);
  else if (kind === 'server') await buildFile(job, await writeMain(job, 'front.cc', serverTarget), file);
  else await buildFile(job, await writeMain(job, 'vc__handler__cpp.cc', ''), undefined);
  return kind === 'server';
}

async function buildOfProject(job: Job, source: string): Promise<boolean> {
  const file = join(job.workPath, job.entrypoint);
  const build = join(job.workPath, cacheDirectory, 'projects', relative(job.workPath, source), 'build');
  const program = await buildProject(source, build, file, job.options, job.prefix);
  if (!program.hasTurngate) await buildFile(job, await writeMain(job, 'front.cc', serverTarget), undefined);
  // Put in place as a whole: `vercel dev` may be running the one of the last build.
  const copy = join(job.directory, 'copy');
  await copyFile(program.path, copy);
  await rename(copy, join(job.directory, program.hasTurngate ? 'executable' : 'user-server'));
  return !program.hasTurngate;
}

/** Writes a template with its words replaced, and only if that changes it: it is compiled then. */
async function writeMain(job: Job, template: string, target: string): Promise<string> {
  const path = join(job.directory, template);
  const text = (await readFile(join(templates, template), 'utf8'))
    .replaceAll('@entrypoint@', () => job.entrypoint)
    .replaceAll('@target@', () => target)
    .replaceAll('@tree@', () => (target === serverTarget ? '.' : treeDirectory));
  if (!existsSync(path) || (await readFile(path, 'utf8')) !== text) await writeFile(path, text);
  return path;
}

async function buildFile(job: Job, main: string, server: string | undefined): Promise<void> {
  const build = join(job.directory, 'build');
  await configure(templates, build, {
    CMAKE_PREFIX_PATH: job.prefix,
    CMAKE_RUNTIME_OUTPUT_DIRECTORY: job.directory,
    FUNCTION_MAIN: main,
    FUNCTION_SERVER: server ?? '',
    FUNCTION_LIBRARIES: job.options.libraries.join(';'),
    FUNCTION_ROOT: job.workPath,
  });
  await compile(build, job.entrypoint);
}
