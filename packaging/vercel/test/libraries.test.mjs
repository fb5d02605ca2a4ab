import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {allLibraries, ownLibraries} from '../dist/libraries.js';

const skip = spawnSync('c++', ['--version']).status !== 0 && 'there is no c++';

test('a library that is not there is told with who needs it, and what to do', {skip}, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'libraries-'));
  t.after(() => rm(directory, {recursive: true}));
  const [library, program] = [join(directory, 'libgone.so'), join(directory, 'program')];
  await writeFile(join(directory, 'gone.cc'), 'int gone() { return 0; }');
  await writeFile(join(directory, 'program.cc'), 'int gone(); int main() { return gone(); }');
  execFileSync('c++', ['-shared', '-fPIC', '-o', library, join(directory, 'gone.cc')]);
  execFileSync('c++', ['-o', program, join(directory, 'program.cc'), `-L${directory}`, '-lgone']);
  await rm(library);

  const message =
    `${program} needs libgone.so, not found on the machine that builds: install what has it, have its directory in ` +
    'LD_LIBRARY_PATH, or link the library statically';
  await assert.rejects(ownLibraries([program]), {name: 'BuildFailure', message});
  await assert.rejects(allLibraries('lib', [program]), {name: 'BuildFailure', message});
});
