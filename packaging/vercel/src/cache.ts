// What a later build finds again.
import {createReadStream} from 'node:fs';
import {lstat, readdir} from 'node:fs/promises';
import {join, relative} from 'node:path';

import type {FileBase} from '@vercel/build-utils';

/** A file that stays where it is. */
export interface FileReference extends FileBase {
  type: 'FileFsRef';
  fsPath: string;
}

/** All files below `directory`, by their paths relative to `root`; none if it is not there. */
export async function filesBelow(root: string, directory: string): Promise<Record<string, FileReference>> {
  const entries = await readdir(directory, {recursive: true, withFileTypes: true}).catch(() => []);
  const files: Record<string, FileReference> = {};
  for (const entry of entries.filter((one) => !one.isDirectory())) {
    const fsPath = join(entry.parentPath, entry.name);
    files[relative(root, fsPath)] = {
      type: 'FileFsRef',
      fsPath,
      mode: (await lstat(fsPath)).mode,
      toStream: () => createReadStream(fsPath),
    };
  }
  return files;
}
