// Of ELF programs and libraries, 64 bits, little-endian: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html

const [dynamic, end, rpath, runpath] = [2, 0, 15, 29];

/**
 * Makes the DT_RUNPATH of `data` a DT_RPATH: the loader looks there for what its libraries need as well, and before it
 * looks where LD_LIBRARY_PATH says. What linkers write is the former, which holds for the file's own needs alone, and of
 * a library hides the DT_RPATH of its program.
 */
export function inheritPath(data: Buffer): void {
  if (data.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return;
  const headers = Number(data.readBigUInt64LE(32));
  for (let i = 0; i < data.readUInt16LE(56); ++i) {
    const header = headers + i * data.readUInt16LE(54);
    if (data.readUInt32LE(header) === dynamic) inheritEntries(data, Number(data.readBigUInt64LE(header + 8)));
  }
}

function inheritEntries(data: Buffer, begin: number): void {
  for (let entry = begin; Number(data.readBigInt64LE(entry)) !== end; entry += 16)
    if (Number(data.readBigInt64LE(entry)) === runpath) data.writeBigInt64LE(BigInt(rpath), entry);
}
