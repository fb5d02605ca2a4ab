// Trees of scripts and what else comes along with them.
import {basename, dirname, relative} from 'node:path';
import {unescape} from 'node:querystring';

import type {Files} from '@vercel/build-utils';

import {type FunctionFiles, selectFiles} from './files';
import type {Options} from './options';
import {matcher} from './pattern';

/** Where it is in a function: what is beside it is nothing that a tree could serve. */
export const treeDirectory = 'app';

/** Of the directory that PHP serves: what its scripts and other functions are made of. */
const sources = [
  '**/*.{c,cc,cpp,cxx,h,hh,hpp,hxx,go,jsx,py,rb,rs,ts,cts,mts,tsx}',
  // Vercel runs these, and tools read those: no browser asks for them.
  '{api/**/*,middleware,**/*.config}.{js,cjs,mjs}',
  '**/CMakeLists.txt',
  '**/CMake{,User}Presets.json',
  '**/*.cmake',
  '**/{Makefile,Dockerfile,Gemfile,Pipfile}',
  '**/*.{lock,lockb}',
  '**/{composer,package,package-lock,npm-shrinkwrap,tsconfig,jsconfig,vercel}.json',
  '**/pnpm-{lock,workspace}.yaml',
  '**/{Cargo,pyproject}.toml',
  '**/requirements*.txt',
  '**/go.{mod,sum,work}',
];

/** Of PHP the directory of the script, which has all that is no file there; a CGI program as it is. */
export function treeTarget(entrypoint: string): string | undefined {
  if (entrypoint.endsWith('.cgi')) return `cgi:${entrypoint.split('/').map(encodeURIComponent).join('/')}`;
  if (!entrypoint.endsWith('.php')) return undefined;
  const script = encodeURIComponent(basename(entrypoint));
  return `fcgi:spawn?root=${encodeURIComponent(dirname(entrypoint))}&index=${script}&try=%2F${script}:exec php-cgi`;
}

/** All files of the project but sources that would be served, unless "includeFiles" names them. */
export async function treeFiles(files: Files, front: string, options: Options): Promise<FunctionFiles> {
  const root = servedDirectory(front);
  const isServed = (name: string): boolean => root !== undefined && !relative(root, name).startsWith('..');
  const [isSource, isWanted] = [matcher(sources), matcher(options.includeFiles)];
  const isLeftOut = (name: string): boolean => isServed(name) && isSource(name) && !isWanted(name);
  const tree = Object.entries(files).filter(([name]) => !isLeftOut(name));
  const selected = await selectFiles(Object.fromEntries(tree), ['**'], options.excludeFiles);
  return Object.fromEntries(Object.entries(selected).map(([name, file]) => [`${treeDirectory}/${name}`, file]));
}

/** Whose files PHP's handler sends. */
function servedDirectory(front: string): string | undefined {
  const root = /^fcgi:spawn\?(?:[^:]*&)?root=([^&:]*)/.exec(front)?.[1];
  return root === undefined ? undefined : unescape(root);
}
