import assert from 'node:assert/strict';
import {test} from 'node:test';

import {compilerLines} from '../dist/cmake.js';

test("of ninja's output the compiler's lines are left", () => {
  const output = [
    '[1/2] Building CXX object a.o',
    'FAILED: a.o ',
    '/usr/bin/c++ -c a.cc',
    "a.cc:3:1: error: 'x' was not declared",
    '    3 | x',
    'ninja: build stopped: subcommand failed.',
    '',
  ];

  assert.equal(compilerLines(output.join('\n')), "a.cc:3:1: error: 'x' was not declared\n    3 | x");
});

test("of make's output the compiler's lines are left", () => {
  const output = [
    '[ 50%] Building CXX object a.o',
    "a.cc:3:1: error: 'x' was not declared",
    'make[2]: *** [a.o] Error 1',
    'gmake: *** [all] Error 2',
  ];

  assert.equal(compilerLines(output.join('\n')), "a.cc:3:1: error: 'x' was not declared");
});
