// A ZIP archive, as `vercel dev` wants a function's files.
import {buffer} from 'node:stream/consumers';
import {crc32, deflateRawSync} from 'node:zlib';

import type {FunctionFiles} from './files';

/** PKWARE's APPNOTE 6.3.10, without ZIP64: 65,535 files and 4 GiB, far above a function's limits. */
export async function zip(files: FunctionFiles): Promise<Buffer> {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [path, file] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = await buffer(file.toStream());
    const packed = deflateRawSync(data);
    const common = commonFields(data, packed, name);
    const local = Buffer.concat([uint32(0x04034b50), common, name, packed]);
    locals.push(local);
    // Made by version 2.0 on Unix, whose mode is the upper half of the external attributes.
    const place = Buffer.concat([uint16(0), uint16(0), uint16(0), uint32((file.mode << 16) >>> 0), uint32(offset)]);
    entries.push(Buffer.concat([uint32(0x02014b50), uint16(0x0314), common, place, name]));
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const count = uint16(entries.length);
  const end = [uint32(0x06054b50), uint32(0), count, count, uint32(directory.length), uint32(offset), uint16(0)];
  return Buffer.concat([...locals, directory, ...end]);
}

// Version 2.0 to read, names in UTF-8, deflated, of 1980-01-01: the same files are the same archive.
function commonFields(data: Buffer, packed: Buffer, name: Buffer): Buffer {
  const head = [uint16(20), uint16(0x0800), uint16(8), uint16(0), uint16(0x21)];
  return Buffer.concat([
    ...head,
    uint32(crc32(data)),
    uint32(packed.length),
    uint32(data.length),
    uint16(name.length),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
