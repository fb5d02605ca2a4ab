// Other programs, run to their end.
import {spawn} from 'node:child_process';

import {BuildFailure} from './failure';

export interface Finished {
  status: number;
  /** Both of its streams, in the order they came. */
  output: string;
}

/** Throws BuildFailure if there is no such program, or none that runs here. */
export function run(command: string, args: string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe']});
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'is not installed' : `cannot be run (${error.message})`;
      reject(new BuildFailure(`${command} ${what}: @turngate/vercel needs it to build`));
    });
    child.on('close', (code) => {
      resolve({status: code ?? 1, output});
    });
  });
}
