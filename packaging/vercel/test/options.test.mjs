import assert from 'node:assert/strict';
import {test} from 'node:test';

import {readOptions} from '../dist/options.js';

test('options are read among those of the CLI', () => {
  const options = readOptions({
    zeroConfig: true,
    turngate: '/opt/turngate',
    includeFiles: 'data/**',
    libraries: ['PocoNet'],
  });

  assert.deepEqual(options, {
    turngate: '/opt/turngate',
    static: true,
    front: undefined,
    target: undefined,
    libraries: ['PocoNet'],
    includeFiles: ['data/**'],
    excludeFiles: [],
  });
});

for (const [config, message] of [
  [{front: 7}, '"front" in the config of @turngate/vercel must be a text that is not empty'],
  [{turngate: ''}, '"turngate" in the config of @turngate/vercel must be a text that is not empty'],
  [{static: 'no'}, '"static" in the config of @turngate/vercel must be true or false'],
  [{libraries: [7]}, '"libraries" in the config of @turngate/vercel must be a text or a list of texts'],
])
  test(`${JSON.stringify(config)} is refused`, () => {
    assert.throws(() => readOptions(config), {name: 'BuildFailure', message});
  });
