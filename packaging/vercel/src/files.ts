// The files that go into a function.
import {readFile, readlink, stat} from 'node:fs/promises';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';

import type {File, FileBase, Files} from '@vercel/build-utils';

import {matcher} from './pattern';

/** Never part of a function. */
export const excludedFiles = [
  '.git/**',
  '.gitignore',
  '.vercel/**',
  '.pnpm-store/**',
  '**/node_modules/**',
  '**/.next/**',
  '**/.nuxt/**',
  '**/.venv/**',
  '**/venv/**',
  '**/__pycache__/**',
];

/**
 * A file with its contents, so that the directory of a function is complete: a reference would be
 * left where it is, and be nowhere if it is a library of the machine.
 */
export class FileContents implements FileBase {
  readonly type = 'FileBlob';

  /** Of a symbolic link, `mode` says so and `data` is where it leads. */
  constructor(
    readonly data: string | Buffer,
    readonly mode = 0o100644,
  ) {}

  toStream(): NodeJS.ReadableStream {
    return Readable.from([this.data]);
  }

  toStreamAsync(): Promise<NodeJS.ReadableStream> {
    return Promise.resolve(this.toStream());
  }
}

/** The files of a function, by their paths in it. */
export type FunctionFiles = Record<string, FileContents>;

/** The file at `path`, links followed, with the mode that it has there. */
export async function readContents(path: string): Promise<FileContents> {
  return new FileContents(await readFile(path), (await stat(path)).mode);
}

/** Those of the project that match one of `include` and none of `exclude` and excludedFiles. */
export async function selectFiles(files: Files, include: string[], exclude: string[]): Promise<FunctionFiles> {
  const [isWanted, isUnwanted] = [matcher(include), matcher([...excludedFiles, ...exclude])];
  const selected: FunctionFiles = {};
  for (const [name, file] of Object.entries(files))
    if (isWanted(name) && !isUnwanted(name)) selected[name] = await contentsOf(file);
  return selected;
}

async function contentsOf(file: File): Promise<FileContents> {
  if (file.type !== 'FileFsRef') return new FileContents(await buffer(new Readable().wrap(file.toStream())), file.mode);
  const isLink = (file.mode & 0o170000) === 0o120000;
  return new FileContents(await (isLink ? readlink(file.fsPath) : readFile(file.fsPath)), file.mode);
}
