// The options of a function.
import {BuildFailure} from './failure';
import {matcher} from './pattern';

/** What "config" of a build in vercel.json may say; the CLI adds members of its own to it. */
export interface Options {
  /** An installed turngate or its source tree, relative to the project. */
  turngate: string | undefined;
  /** Whether a turngate that is built from its source is static, as it is unless this is false. */
  static: boolean;
  /** The handler to start, such as "cgi-dir:cgi-bin": what `turngate run` takes. */
  front: string | undefined;
  /** Which executable of a CMake project is meant. */
  target: string | undefined;
  /** Libraries that a single source file is linked with, as "PocoNet". */
  libraries: string[];
  /** Patterns of files that come along, and of those that do not. */
  includeFiles: string[];
  excludeFiles: string[];
}

/** Throws BuildFailure for a value of the wrong kind, and for patterns that are none. */
export function readOptions(config: Record<string, unknown>): Options {
  return {
    turngate: text(config, 'turngate'),
    static: flag(config, 'static', true),
    front: text(config, 'front'),
    target: text(config, 'target'),
    libraries: texts(config, 'libraries'),
    includeFiles: patterns(config, 'includeFiles'),
    excludeFiles: patterns(config, 'excludeFiles'),
  };
}

function text(config: Record<string, unknown>, name: string): string | undefined {
  const value = config[name];
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw wrong(name, 'a text that is not empty');
}

function flag(config: Record<string, unknown>, name: string, fallback: boolean): boolean {
  const value = config[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false');
}

function texts(config: Record<string, unknown>, name: string): string[] {
  const value = config[name] ?? [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((one): one is string => typeof one === 'string')) return list;
  throw wrong(name, 'a text or a list of texts');
}

function patterns(config: Record<string, unknown>, name: string): string[] {
  const list = texts(config, name);
  matcher(list); // told before minutes are spent on compiling
  return list;
}

function wrong(name: string, expected: string): BuildFailure {
  return new BuildFailure(`"${name}" in the config of @turngate/vercel must be ${expected}`);
}
