// Shared libraries that come along with a program.
import {realpathSync} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';

import {inheritPath} from './elf';
import {BuildFailure} from './failure';
import {FileContents, type FunctionFiles, readContents} from './files';
import {run} from './run';

/** glibc's, which must fit its loader: that of the platform, unless the loader comes along, too. */
const ofPlatform = /^(ld-linux.*|lib(c|m|mvec|dl|rt|pthread|resolv|util|anl|nss_.*)\.so.*)$/;

/**
 * Those that the platform has not, as `lib/NAME`, where they find each other; none for a static program. Throws
 * BuildFailure for one that this machine has not.
 */
export async function ownLibraries(programs: string[]): Promise<FunctionFiles> {
  const libraries = [...(await loaded(programs))].filter(([name]) => !ofPlatform.test(name));
  return contents('lib', libraries, readLinked);
}

/** The program or library at `path`: where a program says its libraries are, theirs are looked for, too. */
export async function readLinked(path: string): Promise<FileContents> {
  const data = await readFile(path);
  inheritPath(data);
  return new FileContents(data, (await stat(path)).mode);
}

/**
 * All of them and the loader, as `directory/NAME`: for programs that the loader is to start. Throws as ownLibraries()
 * does.
 */
export async function allLibraries(directory: string, programs: string[]): Promise<FunctionFiles> {
  return contents(directory, [...(await loaded(programs))], readContents);
}

/** What the loader finds for them on this machine: paths by name. */
async function loaded(programs: string[]): Promise<Map<string, string>> {
  const libraries = new Map<string, string>();
  for (const program of programs) {
    const {output} = await run('ldd', [program]);
    const missing = [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
    if (missing.length > 0)
      throw new BuildFailure(
        `${program} needs ${missing.join(', ')}, not found on the machine that builds: install what has it, have its ` +
          'directory in LD_LIBRARY_PATH, or link the library statically',
      );
    for (const [, path] of output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm))
      if (path !== undefined) libraries.set(path.slice(path.lastIndexOf('/') + 1), path);
  }
  return libraries;
}

async function contents(
  directory: string,
  libraries: [string, string][],
  read: (path: string) => Promise<FileContents>,
): Promise<FunctionFiles> {
  const files: FunctionFiles = {};
  for (const [name, path] of libraries) files[`${directory}/${name}`] = await read(realpathSync(path));
  return files;
}
