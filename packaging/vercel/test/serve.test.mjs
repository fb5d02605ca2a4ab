import assert from 'node:assert/strict';
import {test} from 'node:test';

import {shouldServe} from '../dist/index.js';

for (const [entrypoint, requestPath, serves] of [
  ['api/hello.cc', 'api/hello.cc', true],
  ['api/hello.cc', 'api/hello', true],
  ['api/hello.cc', 'api/hello/', true],
  ['api/hello.cc', 'api', false],
  ['api/hello.cc', 'api/hello.cpp', false],
  ['api/index.cc', 'api', true],
  ['index.cc', '', true],
])
  test(`${entrypoint} ${serves ? 'has' : 'has not'} the path "${requestPath}"`, () => {
    assert.equal(shouldServe({entrypoint, requestPath, files: {[entrypoint]: {}}}), serves);
  });

test('an entrypoint that is gone has no path', () => {
  assert.equal(shouldServe({entrypoint: 'api/hello.cc', requestPath: 'api/hello', files: {}}), false);
});
