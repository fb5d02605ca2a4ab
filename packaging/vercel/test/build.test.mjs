// Functions are compiled, and asked.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cp, mkdir, rm, stat, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {test} from 'node:test';

import {prepareCache, startDevServer} from '../dist/index.js';
import {
  answer,
  buildFunction,
  copyProject,
  librariesOf,
  options,
  startFunction,
  unpackFunction,
  withoutTurngate,
} from './project.mjs';

const hasPhp = (() => {
  try {
    return execFileSync('php-cgi', ['-v']).length > 0;
  } catch {
    return false;
  }
})();
const skip = withoutTurngate;
const skipPhp = skip || (!hasPhp && 'php-cgi is not installed');

test('a file of functions becomes one program', {skip}, async (t) => {
  const workPath = await copyProject(t, 'functions');

  const output = await buildFunction(workPath, 'api/hello.cc');

  const {files, ...settings} = JSON.parse(JSON.stringify(output));
  assert.deepEqual(
    Object.keys(files).filter((path) => !path.startsWith('lib/')),
    ['executable'],
  );
  assert.deepEqual(settings, {
    type: 'Lambda',
    handler: 'executable',
    runtime: 'executable',
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    environment: {},
    supportsResponseStreaming: true,
  });
  const url = await startFunction(t, output);
  assert.equal(await answer(`${url}/?name=Ada`), '200 Hello, Ada!\n');
  assert.equal(await answer(url, {method: 'POST', body: 'Bob'}), '200 Hello, Bob!\n');
  assert.match(await answer(url, {method: 'PUT'}), /^405 /);
});

test('a zip of it is what unzip takes', {skip}, async (t) => {
  const workPath = await copyProject(t, 'functions');
  const output = await buildFunction(workPath, 'api/hello.cc');

  await writeFile(join(workPath, 'function.zip'), await output.createZip());
  execFileSync('python3', ['-m', 'zipfile', '-e', 'function.zip', 'unpacked'], {cwd: workPath});

  const directory = await unpackFunction(t, output);
  execFileSync('diff', ['-r', join(workPath, 'unpacked'), directory]);
});

test('a second build finds the objects of the first', {skip}, async (t) => {
  const workPath = await copyProject(t, 'functions');
  await buildFunction(workPath, 'api/hello.cc');
  const object = Object.keys(await prepareCache({workPath})).find((path) => path.endsWith('.cc.o'));
  const before = await stat(join(workPath, object));

  await buildFunction(workPath, 'api/hello.cc');

  assert.equal((await stat(join(workPath, object))).mtimeMs, before.mtimeMs);
});

test('a project that has moved is built again', {skip}, async (t) => {
  const workPath = await copyProject(t, 'cmake');
  await buildFunction(workPath, 'src/first.cpp');
  const moved = `${workPath} moved`;
  t.after(() => rm(moved, {recursive: true}));
  await cp(workPath, moved, {recursive: true});

  const output = await buildFunction(moved, 'src/first.cpp');

  assert.equal(await answer(await startFunction(t, output)), '200 the first\n');
});

test('turngate is looked for each time', {skip}, async (t) => {
  const workPath = await copyProject(t, 'functions');
  await buildFunction(workPath, 'api/hello.cc');
  const empty = join(workPath, 'empty');
  await mkdir(join(empty, 'lib/cmake/turngate'), {recursive: true});
  await writeFile(join(empty, 'lib/cmake/turngate/turngate-config.cmake'), 'message(FATAL_ERROR "the other one")\n');

  await assert.rejects(buildFunction(workPath, 'api/hello.cc', {turngate: empty}), /the other one/);
});

test('files that are included come along', {skip}, async (t) => {
  const workPath = await copyProject(t, 'functions');

  const {files} = await buildFunction(workPath, 'api/hello.cc', {includeFiles: 'shared/**'});

  assert.deepEqual(Object.keys(files).slice(0, 2), ['shared/greeting.h', 'executable']);
});

test('a file without a function says so when it is started', {skip}, async (t) => {
  const output = await buildFunction(await copyProject(t, 'functions'), 'api/none.cc');

  await assert.rejects(startFunction(t, output), /it does not listen: error: .*GET/);
});

test('a program that runs turngate is taken as it is', {skip}, async (t) => {
  const output = await buildFunction(await copyProject(t, 'functions'), 'api/program.cpp');

  assert.equal(await answer(await startFunction(t, output)), '200 a program\n');
});

test('a server of its own is fronted', {skip}, async (t) => {
  const output = await buildFunction(await copyProject(t, 'server'), 'api/server.cc');

  assert.ok(output.files['user-server']);
  assert.ok(Object.keys(output.files).some((path) => path.startsWith('lib/libstdc++')));
  assert.equal(await answer(await startFunction(t, output)), '200 by itself.\n');
});

test('an executable of a CMake project is found by its source and by its name', {skip}, async (t) => {
  const workPath = await copyProject(t, 'cmake');

  const first = await buildFunction(workPath, 'src/first.cpp');
  const second = await buildFunction(workPath, 'CMakeLists.txt', {target: 'second'});

  assert.equal(await answer(await startFunction(t, first)), '200 the first\n');
  assert.equal(await answer(await startFunction(t, second)), '200 the second\n');
  await assert.rejects(buildFunction(workPath, 'CMakeLists.txt'), {
    message: '"target" in the config must name one of the CMake project\'s executables: first, second',
  });
});

for (const [project, entrypoint, library] of [
  ['libraries', 'main.cpp', 'libinner.so'],
  ['server', 'api/server.cc', 'libstdc++.so.6'],
])
  test(`all libraries of ${project} are found in the function, those of libraries, too`, {skip}, async (t) => {
    const workPath = await copyProject(t, project);
    const output = await buildFunction(workPath, entrypoint);
    await rm(join(workPath, '.vercel'), {recursive: true});

    const directory = await unpackFunction(t, output);

    const packed = Object.keys(output.files).filter((path) => path.startsWith('lib/'));
    assert.ok(packed.includes(`lib/${library}`));
    const found = librariesOf(directory, ['executable', 'user-server']);
    for (const path of packed) {
      const places = found.filter(([name]) => name === basename(path)).map(([, place]) => place);
      assert.deepEqual([...new Set(places)], [join(directory, path)]);
    }
  });

test('a tree of PHP comes with PHP', {skip: skipPhp}, async (t) => {
  const workPath = await copyProject(t, 'tree');

  const url = await startFunction(t, await buildFunction(workPath, 'public/index.php'));

  assert.equal(await answer(`${url}/a/b?c`), '200 PHP has /a/b?c and PDO\n');
  assert.equal(await answer(`${url}/style.css`), '200 body {}\n');
});

test('a tree of PHP at the root serves nothing that the builder adds, and no sources', {skip: skipPhp}, async (t) => {
  const workPath = await copyProject(t, 'tree');
  const script = "<?php require 'vendor/autoload.php'; echo 'PHP has ', autoloaded($_SERVER['REQUEST_URI']), \"\\n\";";
  const sources = [
    'api/hello.cc',
    'api/shared/hello.h',
    'CMakeLists.txt',
    'composer.json',
    'package.json',
    'vercel.json',
  ];
  for (const [path, text] of [
    ['index.php', script],
    ['vendor/autoload.php', '<?php function autoloaded($uri) { return "$uri from " . basename(__DIR__); }'],
    ['lib/own.js', 'own'],
    ['composer.lock', 'wanted'],
    ...sources.map((path) => [path, 'secret']),
  ]) {
    await mkdir(dirname(join(workPath, path)), {recursive: true});
    await writeFile(join(workPath, path), text);
  }

  const output = await buildFunction(workPath, 'index.php', {includeFiles: 'composer.lock'});

  const url = await startFunction(t, output);
  const added = Object.keys(output.files).filter((path) => !path.startsWith('app/'));
  assert.ok(['executable', 'php-cgi', 'php/php.ini', 'php/php-cgi'].every((path) => added.includes(path)));
  for (const path of [...added, ...sources])
    assert.equal(await answer(`${url}/${path}`), `200 PHP has /${path} from vendor\n`);
  assert.equal(await answer(`${url}/../executable`), '200 PHP has /executable from vendor\n');
  assert.equal(await answer(`${url}/lib/own.js`), '200 own');
  assert.equal(await answer(`${url}/public/style.css`), '200 body {}\n');
  assert.equal(await answer(`${url}/composer.lock`), '200 wanted');
});

test('CGI programs are run, one and a directory of them', {skip}, async (t) => {
  const workPath = await copyProject(t, 'tree');

  const one = await buildFunction(workPath, 'cgi-bin/hello.cgi');
  const all = await buildFunction(workPath, 'public/style.css', {front: 'cgi-dir:cgi-bin'});

  assert.equal(await answer(`${await startFunction(t, one)}/x`), '200 GET by CGI\n');
  assert.equal(await answer(`${await startFunction(t, all)}/hello.cgi`), '200 GET by CGI\n');
});

test('what does not compile is told with its line', {skip}, async (t) => {
  const workPath = await copyProject(t, 'broken');

  await assert.rejects(
    buildFunction(workPath, 'api/broken.cc'),
    /^BuildFailure: api\/broken\.cc cannot be compiled:\n.*[^]*broken\.cc:5:\d+: error: .*undeclared_name/,
  );
});

test('what is no source is refused', {skip}, async (t) => {
  await assert.rejects(
    buildFunction(await copyProject(t, 'tree'), 'public/style.css'),
    /public\/style\.css is nothing that/,
  );
});

for (const [project, entrypoint, text] of [
  ['server', 'api/server.cc', '200 by itself.\n'],
  ['cmake', 'src/first.cpp', '200 the first\n'],
])
  test(`development servers of ${project} answer until they are shut down`, {skip}, async (t) => {
    const workPath = await copyProject(t, project);
    process.env.VERCEL_DEV_PORT = '1'; // of the one that we were started as
    t.after(() => delete process.env.VERCEL_DEV_PORT);

    const servers = await Promise.all([1, 2].map(async () => startDevServer(await options(workPath, entrypoint))));

    for (const {port, shutdown} of servers) {
      assert.equal(await answer(`http://127.0.0.1:${port}/`), text);
      await shutdown();
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
    }
  });
