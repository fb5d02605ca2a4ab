// CMake: configured and built again each time, of which little is left to do the second time.
import {availableParallelism} from 'node:os';

import {BuildFailure} from './failure';
import {run} from './run';

let hasNinja: Promise<boolean> | undefined;

// Of a build directory whose project has moved, or that was made by another generator.
const ofElsewhere = /CMakeCache\.txt directory .* is different|used to generate cache|Does not match the generator/i;

/**
 * What is not in `definitions` stays as it was the last time, but for where turngate is found. Throws BuildFailure with
 * what CMake said.
 */
export async function configure(source: string, build: string, definitions: Record<string, string>): Promise<void> {
  hasNinja ??= run('ninja', ['--version']).then(
    () => true,
    () => false,
  );
  const generator = (await hasNinja) ? ['-G', 'Ninja'] : [];
  const settings = Object.entries({CMAKE_BUILD_TYPE: 'Release', ...definitions});
  const flags = settings.map(([name, value]) => `-D${name}=${value}`);
  const once = ['-S', source, '-B', build, '-U', 'turngate_DIR', ...generator, ...flags];
  let {status, output} = await run('cmake', once);
  if (status !== 0 && ofElsewhere.test(output)) ({status, output} = await run('cmake', ['--fresh', ...once]));
  if (status !== 0) throw new BuildFailure(`CMake cannot configure ${source}:\n${output.trim()}`);
}

/** Throws BuildFailure with what the compiler and the linker said about `what`. */
export async function compile(build: string, what: string, target?: string): Promise<void> {
  const one = target === undefined ? [] : ['--target', target];
  const {status, output} = await run('cmake', ['--build', build, '--parallel', `${availableParallelism()}`, ...one]);
  if (status !== 0) throw new BuildFailure(`${what} cannot be compiled:\n${compilerLines(output)}`);
}

/** Throws BuildFailure with what CMake said. */
export async function install(build: string, prefix: string): Promise<void> {
  const {status, output} = await run('cmake', ['--install', build, '--prefix', prefix]);
  if (status !== 0) throw new BuildFailure(`CMake cannot install ${build}:\n${output.trim()}`);
}

/** Without what ninja and make say about themselves, and the commands that they ran. */
export function compilerLines(output: string): string {
  const lines = output.split('\n');
  const isCommand = (i: number): boolean => lines[i - 1]?.startsWith('FAILED: ') ?? false;
  const isNoise = (line: string): boolean =>
    /^(\[\d+\/\d+\]|\[ *\d+%\]|FAILED: |ninja: |g?make(\[\d+\])?: )/.test(line);
  return lines
    .filter((line, i) => !isNoise(line) && !isCommand(i))
    .join('\n')
    .trim();
}
