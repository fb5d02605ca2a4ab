// PHP of the machine that builds, for functions that have scripts.
import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';

import {BuildFailure} from './failure';
import {type FunctionFiles, readContents} from './files';
import {allLibraries} from './libraries';
import {run} from './run';

interface Installation {
  program: string;
  extensions: string;
  settings: string | false;
  more: string;
}

const templates = join(__dirname, '..', 'templates');

/** Whether php-cgi is a word of the command that `front` starts. */
export function needsPhp(front: string | undefined): boolean {
  return front !== undefined && /(^|[\s:/])php-cgi\b/.test(front);
}

/** `php-cgi`, which starts it; and below `php` itself, its extensions, settings and libraries. */
export async function phpFiles(): Promise<FunctionFiles> {
  const {program, extensions, settings, more} = await findPhp();
  const modules = (await readdir(extensions))
    .filter((name) => name.endsWith('.so'))
    .map((name) => join(extensions, name));
  const files: FunctionFiles = {
    'php-cgi': await readContents(join(templates, 'php-cgi')),
    'php/php-cgi': await readContents(program),
    ...(await allLibraries('php/lib', [program, ...modules])),
  };
  for (const path of modules) files[`php/extensions/${basename(path)}`] = await readContents(path);
  if (settings !== false) files['php/php.ini'] = await readContents(settings);
  for (const path of more
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''))
    files[`php/conf.d/${basename(path)}`] = await readContents(path);
  return files;
}

async function findPhp(): Promise<Installation> {
  const where = await run('sh', ['-c', 'command -v php-cgi']);
  if (where.status !== 0)
    throw new BuildFailure('php-cgi is not installed on the machine that builds: in Debian it is php-cgi');
  const {output} = await run('php-cgi', ['-q', join(templates, 'installation.php')]);
  const [, found] = /^(\{.*\})$/m.exec(output) ?? []; // warnings of its settings may be around it
  if (found === undefined)
    throw new BuildFailure(`php-cgi on the machine that builds does not run: mend what it says\n${output.trim()}`);
  return {program: where.output.trim(), ...(JSON.parse(found) as Omit<Installation, 'program'>)};
}
