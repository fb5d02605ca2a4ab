import assert from 'node:assert/strict';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, test} from 'node:test';

import {readOptions} from '../dist/options.js';
import {findTurngate} from '../dist/turngate.js';
import {copyProject} from './project.mjs';

beforeEach(() => {
  delete process.env.TURNGATE_DIR;
});

async function install(directory) {
  await mkdir(join(directory, 'lib/cmake/turngate'), {recursive: true});
  await writeFile(join(directory, 'lib/cmake/turngate/turngate-config.cmake'), '');
}

test('the config wins over the environment', async (t) => {
  const workPath = await copyProject(t, 'functions');
  await install(join(workPath, 'one'));
  await install(join(workPath, 'two'));
  process.env.TURNGATE_DIR = join(workPath, 'two');

  assert.equal(await findTurngate(readOptions({turngate: 'one'}), workPath, workPath), join(workPath, 'one'));
  assert.equal(await findTurngate(readOptions({}), workPath, workPath), join(workPath, 'two'));
});

test('without any, all places are named', async (t) => {
  const workPath = await copyProject(t, 'functions');

  await assert.rejects(
    findTurngate(readOptions({}), workPath, workPath),
    /^BuildFailure: turngate is not found: .*"turngate" in the config.*TURNGATE_DIR.*node_modules\/@turngate\/source/,
  );
});

test('a place that has none is named', async (t) => {
  const workPath = await copyProject(t, 'functions');
  process.env.TURNGATE_DIR = '/nonexistent';

  await assert.rejects(findTurngate(readOptions({}), workPath, workPath), {
    message: 'TURNGATE_DIR is /nonexistent, which is neither an installed turngate nor its source tree',
  });
});
