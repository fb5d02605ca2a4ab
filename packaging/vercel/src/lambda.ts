// A function as the platform starts it.
import type {FunctionFiles} from './files';
import {zip} from './zip';

/**
 * What Vercel's Lambda has, without that class. No runtimeLanguage, which knows no C++; and the
 * limits belong to "functions" of vercel.json, outside of which `vercel dev` refuses them.
 */
export interface FunctionOutput {
  type: 'Lambda';
  files: FunctionFiles;
  handler: 'executable';
  runtime: 'executable';
  architecture: 'x86_64' | 'arm64';
  environment: Record<string, string>;
  supportsResponseStreaming: true;
  createZip(): Promise<Buffer>;
}

/** `files` has the program as "executable". */
export function functionOutput(files: FunctionFiles): FunctionOutput {
  return {
    type: 'Lambda',
    files,
    handler: 'executable',
    runtime: 'executable',
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    environment: {},
    supportsResponseStreaming: true,
    createZip: () => zip(files),
  };
}
