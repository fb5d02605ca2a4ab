import assert from 'node:assert/strict';
import {test} from 'node:test';

import {inheritPath} from '../dist/elf.js';

/** A file of 64 bits with `entries` as its dynamic section, behind a note. */
function elf(entries) {
  const dynamic = Buffer.from(BigInt64Array.from(entries.flat(), BigInt).buffer);
  const head = Buffer.alloc(64 + 2 * 56);
  head.write('\x7fELF\x02\x01', 'latin1');
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(2, 56);
  head.writeUInt32LE(4, 64);
  head.writeUInt32LE(2, 64 + 56);
  head.writeBigUInt64LE(BigInt(head.length), 64 + 56 + 8);
  return Buffer.concat([head, dynamic]);
}

test('a path of the dynamic section becomes one that libraries inherit', () => {
  const file = elf([[1, 29], [29, 7], [0, 0], [29, 8]]); // prettier-ignore

  inheritPath(file);

  assert.deepEqual(file, elf([[1, 29], [15, 7], [0, 0], [29, 8]])); // prettier-ignore
});

for (const [name, text] of [
  ['a script', '#!/bin/sh\n'],
  ['nothing', ''],
  ['a program of 32 bits', '\x7fELF\x01\x01'],
])
  test(`${name} stays what it is`, () => {
    const file = Buffer.from(text, 'latin1');

    inheritPath(file);

    assert.equal(file.toString('latin1'), text);
  });
