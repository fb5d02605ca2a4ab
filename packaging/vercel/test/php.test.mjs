import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {phpFiles} from '../dist/php.js';

/** A php-cgi that prints `text`, before all others. */
async function installPhp(t, text) {
  const directory = await mkdtemp(join(tmpdir(), 'php-'));
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
    return rm(directory, {recursive: true});
  });
  await writeFile(join(directory, 'php-cgi'), `#!/bin/sh\ncat <<'end'\n${text}\nend\n`, {mode: 0o755});
  process.env.PATH = `${directory}:${path}`;
  return directory;
}

test('what PHP says of its settings is passed over', async (t) => {
  const extensions = await mkdtemp(join(tmpdir(), 'extensions-'));
  t.after(() => rm(extensions, {recursive: true}));
  const found = JSON.stringify({extensions, settings: false, more: ''});
  await installPhp(t, `PHP Warning:  no such module\n${found}\nPHP Warning:  at the end`);

  const files = await phpFiles();

  assert.deepEqual(Object.keys(files), ['php-cgi', 'php/php-cgi']);
});

test('PHP that does not run is told with what it says', async (t) => {
  await installPhp(t, 'PHP Fatal error:  no memory');

  await assert.rejects(phpFiles(), {
    name: 'BuildFailure',
    message: 'php-cgi on the machine that builds does not run: mend what it says\nPHP Fatal error:  no memory',
  });
});
