// A CMake project of the user's.
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';

import {compile, configure} from './cmake';
import {BuildFailure} from './failure';
import type {Options} from './options';

export interface Program {
  path: string;
  /** Whether turngate is linked into it; otherwise it listens by itself. */
  hasTurngate: boolean;
}

/** Of CMake's file API, codemodel version 2: https://cmake.org/cmake/help/v3.25/manual/cmake-file-api.7.html */
interface Target {
  name: string;
  type: string;
  artifacts?: {path: string}[];
  sources?: {path: string}[];
  link?: {commandFragments?: {fragment: string}[]};
}

/**
 * Builds of the project at `source` the executable that "target" names, that `entrypoint` is a source of, or that is
 * the only one. `entrypoint` is a path of the machine. Throws BuildFailure.
 */
export async function buildProject(
  source: string,
  build: string,
  entrypoint: string,
  options: Options,
  prefix: string,
): Promise<Program> {
  const api = join(build, '.cmake', 'api', 'v1');
  await mkdir(join(api, 'query'), {recursive: true});
  await writeFile(join(api, 'query', 'codemodel-v2'), '');
  await configure(source, build, {CMAKE_PREFIX_PATH: prefix, CMAKE_BUILD_RPATH: '$ORIGIN/lib'});
  const target = chooseTarget(await readTargets(join(api, 'reply')), relative(source, entrypoint), options);
  await compile(build, target.name, target.name);
  const fragments = target.link?.commandFragments ?? [];
  return {
    path: resolve(build, target.artifacts?.[0]?.path ?? target.name),
    hasTurngate: fragments.some(({fragment}) => fragment.includes('turngate_gateway')),
  };
}

async function readTargets(reply: string): Promise<Target[]> {
  const names = (await readdir(reply)).sort();
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(reply, name), 'utf8'));
  // CMake leaves the one index of its last run; the targets of earlier runs may lie beside it.
  const index = (await read(names.findLast((name) => name.startsWith('index-')) ?? '')) as {
    reply: Record<string, {jsonFile: string}>;
  };
  const model = (await read(index.reply['codemodel-v2']?.jsonFile ?? '')) as {
    configurations: {targets: {jsonFile: string}[]}[];
  };
  const files = model.configurations[0]?.targets ?? [];
  return Promise.all(files.map(async ({jsonFile}) => (await read(jsonFile)) as Target));
}

function chooseTarget(targets: Target[], entrypoint: string, options: Options): Target {
  const executables = targets.filter(({type}) => type === 'EXECUTABLE');
  const named = executables.filter(({name}) => name === options.target);
  const ofSource = executables.filter(({sources}) => sources?.some(({path}) => path === entrypoint));
  const candidates = options.target !== undefined ? named : ofSource.length > 0 ? ofSource : executables;
  const [target] = candidates;
  if (target !== undefined && candidates.length === 1) return target;
  const names = executables.map(({name}) => name).join(', ') || 'none';
  throw new BuildFailure(
    options.target !== undefined
      ? `the CMake project has no executable ${options.target}: it has ${names}`
      : `"target" in the config must name one of the CMake project's executables: ${names}`,
  );
}
