// What a C++ file is, found by looking at it rather than by compiling it.
import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';

/**
 * - functions: has GET(), handler() and the like, and needs a main();
 * - program: has a main() and includes turngate, so it serves by turngate::run();
 * - server: has a main() of its own, and listens by itself.
 */
export type SourceKind = 'functions' | 'program' | 'server';

/** Of `source`, whose own headers are in `directory` or below `root`. */
export function sourceKind(source: string, directory: string, root: string): SourceKind {
  if (!hasMain(source)) return 'functions';
  return includesTurngate(source, directory, root, new Set()) ? 'program' : 'server';
}

const comment = /\/\/(?:\\\r?\n|[^\n])*|\/\*[^]*?(?:\*\/|$)/;
const rawString = /(?:u8|[uUL])?R"([^()\\\s"]{0,16})\([^]*?\)\1"/;
const text = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/;
// Read over: an apostrophe in a number separates digits, and the R of a longer name begins no raw string.
const number = /\.?[0-9](?:[eEpP][+-]|'\w|[\w.])*/;
const name = /[A-Za-z_]\w*/;
const tokens = new RegExp([comment, rawString, text, number, name].map(({source}) => source).join('|'), 'g');

function withoutComments(source: string): string {
  return source.replace(tokens, (token) => (token.startsWith('/') ? ' ' : /^\w*R"/.test(token) ? '""' : token));
}

function withoutTexts(source: string): string {
  return source.replace(tokens, (token) => (token.startsWith('/') ? ' ' : /["']$/.test(token) ? '""' : token));
}

/** Without the lines that `#if 0` takes out; `source` has no comments. */
function withoutDisabled(source: string): string {
  const isDisabled: boolean[] = []; // of each condition that is open, whether its branch is
  const lines = /^[ \t]*#[ \t]*(?<directive>\w*)[ \t]*(?<rest>(?:\\\r?\n|[^\n])*)|[^\n]+/gm;
  const isConstant = (rest = ''): boolean => /^(0|false)\s*$/.test(rest);
  return source.replace(lines, (line: string, directive?: string, rest?: string) => {
    if (directive?.startsWith('if')) isDisabled.push(directive === 'if' && isConstant(rest));
    else if (directive?.startsWith('el')) isDisabled.splice(-1, 1, directive === 'elif' && isConstant(rest));
    else if (directive === 'endif') isDisabled.pop();
    else if (isDisabled.includes(true)) return '';
    return line;
  });
}

// Lines of the preprocessor; braces, of which those of extern "C" make no scope; main( behind the end of a type.
const structure =
  /^[ \t]*#[ \t]*(?<directive>\w*)(?:\\\r?\n|[^\n])*|(?<opening>extern\s*""\s*)?\{|\}|\bmain(?<=[\w\])]\s*main)\s*\(/gm;

/** Whether one is said outside of classes, functions and namespaces. */
function hasMain(source: string): boolean {
  let scopes: boolean[] = []; // of the braces that are open, whether they are one
  const conditions: {before: boolean[]; after: boolean[] | undefined}[] = [];
  for (const {0: part, groups} of withoutDisabled(withoutTexts(source)).matchAll(structure)) {
    const condition = conditions.at(-1);
    if (part.endsWith('{') && groups?.directive === undefined) scopes.push(groups?.opening === undefined);
    else if (part === '}') scopes.pop();
    else if (part.startsWith('main') && !scopes.includes(true)) return true;
    else if (groups?.directive?.startsWith('if')) conditions.push({before: [...scopes], after: undefined});
    else if (condition && groups?.directive?.startsWith('el')) {
      // Each branch begins where the first one did; the first one that opens or closes something says what is open
      // behind them.
      if (scopes.length !== condition.before.length) condition.after ??= scopes;
      scopes = [...condition.before];
    } else if (condition && groups?.directive === 'endif') {
      scopes = condition.after ?? scopes;
      conditions.pop();
    }
  }
  return false;
}

function includesTurngate(source: string, directory: string, root: string, seen: Set<string>): boolean {
  const includes = /^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]/gm;
  for (const [, name = ''] of withoutDisabled(withoutComments(source)).matchAll(includes)) {
    if (name.startsWith('turngate/')) return true;
    const header = [directory, root].map((place) => join(place, name)).find(isFile);
    if (header === undefined || seen.has(header)) continue;
    seen.add(header);
    if (includesTurngate(readFileSync(header, 'utf8'), dirname(header), root, seen)) return true;
  }
  return false;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
