import assert from 'node:assert/strict';
import {chmod, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {test} from 'node:test';

import {filesBelow} from '../dist/cache.js';
import {selectFiles} from '../dist/files.js';

const file = {type: 'FileBlob', mode: 0o100644, toStream: () => Readable.from([Buffer.from('x')])};

async function selected(names, include, exclude = []) {
  const files = Object.fromEntries(names.map((name) => [name, file]));
  return Object.keys(await selectFiles(files, include, exclude));
}

test('what never belongs into a function is left out', async () => {
  const names = [
    '.git/HEAD',
    '.gitignore',
    '.vercel/output/config.json',
    '.pnpm-store/v3',
    'node_modules/a.js',
    'web/node_modules/a.js',
    'web/.next/a',
    'web/.nuxt/a',
    '.venv/bin/python',
    'venv/a',
    'a/__pycache__/b.pyc',
  ];

  assert.deepEqual(await selected([...names, 'public/index.php', '.env', 'sub/.gitignore'], ['**']), [
    'public/index.php',
    '.env',
    'sub/.gitignore',
  ]);
});

test('a pattern of files that are left out wins', async () => {
  assert.deepEqual(await selected(['a/b', 'a/c'], ['a/**'], ['a/c']), ['a/b']);
});

test('modes and symbolic links stay what they are', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'files-'));
  t.after(() => rm(directory, {recursive: true}));
  await writeFile(join(directory, 'script'), '#!/bin/sh\n');
  await chmod(join(directory, 'script'), 0o755);
  await symlink('script', join(directory, 'link'));

  const files = await selectFiles(await filesBelow(directory, directory), ['**'], []);

  assert.equal(files.script.mode, 0o100755);
  assert.equal(files.link.mode & 0o170000, 0o120000);
  assert.equal(`${files.link.data}`, 'script');
});
