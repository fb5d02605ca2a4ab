// Vercel's builder of C++ functions, and of servers, FastCGI and CGI applications behind turngate.
import {join, parse} from 'node:path';

import type {
  BuildOptions,
  PrepareCacheOptions,
  ShouldServe,
  StartDevServerOptions,
  StartDevServerSuccess,
} from '@vercel/build-utils';

import {type FileReference, filesBelow} from './cache';
import {startProgram} from './dev';
import {selectFiles} from './files';
import {type FunctionOutput, functionOutput} from './lambda';
import {ownLibraries, readLinked} from './libraries';
import {readOptions} from './options';
import {needsPhp, phpFiles} from './php';
import {buildProgram, cacheDirectory} from './program';
import {treeFiles} from './tree';

/** Of the builder's interface: https://github.com/vercel/vercel/blob/main/DEVELOPING_A_RUNTIME.md */
export const version = 3;

/** One function. Throws BuildFailure, whose message has the compiler's lines if it did not compile. */
export async function build({files, entrypoint, workPath, config}: BuildOptions): Promise<{output: FunctionOutput}> {
  const options = readOptions(config);
  const {directory, hasServer, front} = await buildProgram(entrypoint, workPath, options);
  const programs = hasServer ? ['executable', 'user-server'] : ['executable'];
  const output =
    front === undefined
      ? await selectFiles(files, options.includeFiles, options.excludeFiles)
      : await treeFiles(files, front, options);
  for (const name of programs) output[name] = await readLinked(join(directory, name));
  Object.assign(output, await ownLibraries(programs.map((name) => join(directory, name))));
  if (needsPhp(front)) Object.assign(output, await phpFiles());
  return {output: functionOutput(output)};
}

/** The same program, started where its sources are. Throws as build() does. */
export async function startDevServer(options: StartDevServerOptions): Promise<StartDevServerSuccess> {
  const {directory} = await buildProgram(options.entrypoint, options.workPath, readOptions(options.config));
  return startProgram(join(directory, 'executable'), options);
}

/** Objects and programs, of which a build compiles only what has changed. */
export function prepareCache({workPath}: PrepareCacheOptions): Promise<Record<string, FileReference>> {
  return filesBelow(workPath, join(workPath, cacheDirectory));
}

/** Whether a path is that of the entrypoint, with or without its extension, or of its directory if it is an index. */
export const shouldServe: ShouldServe = ({requestPath, entrypoint, files}) => {
  const path = requestPath.replace(/\/$/, '');
  const {dir, name} = parse(entrypoint);
  const isNamed = path === entrypoint || path === join(dir, name) || (name === 'index' && path === dir);
  return isNamed && Object.hasOwn(files, entrypoint);
};
