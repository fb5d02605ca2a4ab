import assert from 'node:assert/strict';
import {test} from 'node:test';

import {readOptions} from '../dist/options.js';
import {matcher} from '../dist/pattern.js';

for (const [pattern, matching, others] of [
  ['data/*.json', ['data/a.json'], ['data/b/a.json']],
  ['data/**', ['data/b/a.json'], ['other/data/a.json']],
  ['**/*.{txt,md}', ['a.txt', 'b/a.md'], ['a.txtx']],
  ['a?.c++', ['ab.c++'], ['a/.c++']],
  ['a,b', ['a,b'], ['a']],
  ['{a,b/{c,d}}/x', ['a/x', 'b/c/x', 'b/d/x'], ['b/x', 'c/x', 'a/x,b']],
  ['{a{,b},c}', ['a', 'ab', 'c'], ['b', 'cb']],
  ['./data/**', ['data/a'], ['./data/a', 'x/data/a']],
  ['././a/./{./b,c}', ['a/b', 'a/c'], ['a/./b']],
  ['a./b', ['a./b'], ['ab']],
  ['[ab]', ['a', 'b'], ['c', '[ab]']],
  ['x[a-c_]y', ['xby', 'x_y'], ['xdy']],
  ['x[!a-c]y', ['xdy'], ['xby', 'x/y']],
  ['x[^a]y', ['xdy', 'x^y'], ['xay']],
  ['x[a^]y', ['xay', 'x^y'], ['xby']],
  ['x[]a]y', ['x]y', 'xay'], ['xby']],
  ['x[+-0]y', ['x+y', 'x.y'], ['x/y']],
  ['api/\\[id\\]/\\{a,b\\}\\*', ['api/[id]/{a,b}*'], ['api/i/a', 'api/[id]/{a,b}c']],
  ['(a)|\\d]', ['(a)|d]'], ['a', '(a)|1]']],
])
  test(`${pattern} matches ${matching.join(' ')}, not ${others.join(' ')}`, () => {
    assert.deepEqual([...matching, ...others].filter(matcher([pattern])), matching);
  });

for (const [pattern, message] of [
  ['{a,b', 'has a "{" without its "}": add it, or write "\\{" for the character itself'],
  ['{a,{b}', 'has a "{" without its "}": add it, or write "\\{" for the character itself'],
  ['a}', 'has a "}" without its "{": add it, or write "\\}" for the character itself'],
  ['a[b', 'has a "[" without its "]": add it, or write "\\[" for the character itself'],
  ['a[]', 'has [], which is no class: write its characters, as [a-z]'],
  ['[z-a]', 'has [z-a], which is no class: write its characters, as [a-z]'],
  ['[[:alpha:]]', 'has a class with a name: write its characters, as [a-z]'],
  ['a\\', 'ends in a "\\": write "\\\\" for the character itself'],
  ['/data/**', 'leads out of the project: paths are relative to it'],
  ['../data/**', 'leads out of the project: paths are relative to it'],
  ['{data,..}/a', 'leads out of the project: paths are relative to it'],
  ['@(a|b)', 'has "@(", "!(", "+(", "*(" or "?(": choices are written {a,b}, and "(" itself "\\("'],
  ['a{1..3}', 'has a "{a..b}": write all of them, as {1,2,3}'],
])
  test(`${pattern} is refused`, () => {
    for (const name of ['includeFiles', 'excludeFiles'])
      assert.throws(() => readOptions({[name]: ['a', pattern]}), {
        name: 'BuildFailure',
        message: `the pattern "${pattern}" of files ${message}`,
      });
  });
