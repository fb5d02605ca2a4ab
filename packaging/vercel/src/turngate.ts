// Where turngate is.
import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';

import {compile, configure, install} from './cmake';
import {BuildFailure} from './failure';
import type {Options} from './options';

/**
 * The prefix of an installed turngate: the one of the config, of TURNGATE_DIR or of
 * node_modules/@turngate/source, the first of them that is said. A source tree is built and installed
 * below `cache`. Throws BuildFailure if there is none, or what is said is none.
 */
export async function findTurngate(options: Options, workPath: string, cache: string): Promise<string> {
  const packaged = join(workPath, 'node_modules', '@turngate', 'source');
  const places: [string, string | undefined][] = [
    ['"turngate" in the config', options.turngate],
    ['TURNGATE_DIR', process.env.TURNGATE_DIR],
    ['node_modules/@turngate/source', existsSync(packaged) ? packaged : undefined],
  ];
  for (const [name, path] of places) {
    if (path === undefined || path === '') continue;
    const directory = resolve(workPath, path);
    if (isInstalled(directory)) return directory;
    if (isSource(directory)) return installFrom(directory, options, cache);
    throw new BuildFailure(`${name} is ${directory}, which is neither an installed turngate nor its source tree`);
  }
  throw new BuildFailure(
    'turngate is not found: set "turngate" in the config of @turngate/vercel or the variable TURNGATE_DIR to an ' +
      'installed turngate or its source tree, or put the source tree at node_modules/@turngate/source',
  );
}

function isInstalled(directory: string): boolean {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return ['lib', 'lib64', `lib/${machine}-linux-gnu`].some((lib) =>
    existsSync(join(directory, lib, 'cmake', 'turngate', 'turngate-config.cmake')),
  );
}

function isSource(directory: string): boolean {
  return existsSync(join(directory, 'gateway', 'include', 'turngate', 'turngate.h'));
}

async function installFrom(source: string, options: Options, cache: string): Promise<string> {
  console.log(`Building turngate in ${source}: only the first time takes minutes`);
  const kind = options.static ? 'static' : 'shared';
  const build = join(cache, `turngate-${kind}`);
  const prefix = join(cache, `prefix-${kind}`);
  await configure(source, build, {TURNGATE_STATIC: options.static ? 'ON' : 'OFF', TURNGATE_DEVELOPER: 'OFF'});
  await compile(build, 'turngate');
  await install(build, prefix);
  return prefix;
}
