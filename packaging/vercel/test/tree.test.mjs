import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {test} from 'node:test';

import {readOptions} from '../dist/options.js';
import {treeFiles, treeTarget} from '../dist/tree.js';

const names = ['CMakeLists.txt', 'composer.json', 'my web/index.php', 'my web/fast.cc', 'my web/app.js', 'webs/a.cc'];
const all = names.map((name) => `app/${name}`);
const file = {type: 'FileBlob', mode: 0o100644, toStream: () => Readable.from([Buffer.from('x')])};

async function tree(front, config = {}) {
  const files = Object.fromEntries(names.map((name) => [name, file]));
  return Object.keys(await treeFiles(files, front, readOptions(config)));
}

test('sources in the directory of the script are left out', async () => {
  assert.deepEqual(
    await tree(treeTarget('my web/index.php')),
    all.filter((path) => !path.endsWith('web/fast.cc')),
  );
  assert.deepEqual(await tree(treeTarget('index.php')), ['app/my web/index.php', 'app/my web/app.js']);
});

for (const front of ['fcgi:spawn?root=.:exec php-cgi', 'fcgi:spawn?try=%2Fa.php&root=./&files=on:exec php-cgi'])
  test(`and those in the root of ${front}`, async () => {
    assert.deepEqual(await tree(front), ['app/my web/index.php', 'app/my web/app.js']);
  });

test('of scripts for browsers and of functions the former are served', async () => {
  const leftOut = [
    'api/deep/function.mjs',
    'api/function.js',
    'middleware.js',
    'eslint.config.mjs',
    'web/vite.config.js',
    'web/page.jsx',
    'yarn.lock',
    'bun.lockb',
    'web/pnpm-lock.yaml',
    'npm-shrinkwrap.json',
    'tsconfig.json',
    'requirements-dev.txt',
    'go.sum',
    'Dockerfile',
  ];
  const served = ['index.php', 'app.js', 'web/api/client.js', 'web/middleware.js', 'web/data.json', 'robots.txt'];
  const files = Object.fromEntries([...leftOut, ...served].map((name) => [name, file]));

  const tree = await treeFiles(files, treeTarget('index.php'), readOptions({}));

  assert.deepEqual(
    Object.keys(tree),
    served.map((name) => `app/${name}`),
  );
});

test('others are for the program to have', async () => {
  assert.deepEqual(await tree('http:spawn:./serve root=.'), all);
  assert.deepEqual(await tree(treeTarget('cgi-bin/x.cgi')), all);
});

test('what is asked for comes along, and what is not wanted does not', async () => {
  assert.deepEqual(await tree(treeTarget('index.php'), {includeFiles: '**/*.cc', excludeFiles: 'webs/**'}), [
    'app/my web/index.php',
    'app/my web/fast.cc',
    'app/my web/app.js',
  ]);
});
