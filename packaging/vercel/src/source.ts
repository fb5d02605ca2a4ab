// What a C++ file is, found by looking at it rather than by compiling it.

/**
 * - functions: has GET(), handler() and the like, and needs a main();
 * - program: has a main() and includes turngate, so it serves by turngate::run();
 * - server: has a main() of its own, and listens by itself.
 */
export type SourceKind = 'functions' | 'program' | 'server';

export function sourceKind(source: string): SourceKind {
  if (!/\b(?:int|auto)\s+main\s*\(/.test(withoutTexts(source))) return 'functions';
  const includes = /^[ \t]*#[ \t]*include[ \t]*[<"]turngate\//m.test(withoutComments(source));
  return includes ? 'program' : 'server';
}

// Comments, raw strings, strings, characters; an apostrophe behind a digit separates digits.
const tokens =
  /\/\/(?:\\\r?\n|[^\n])*|\/\*[^]*?(?:\*\/|$)|R"([^()\\\s"]{0,16})\([^]*?\)\1"|"(?:\\[^]|[^"\\\n])*"|(?<![0-9])'(?:\\[^]|[^'\\\n])*'/g;

function withoutComments(source: string): string {
  return source.replace(tokens, (token) => (token.startsWith('/') ? ' ' : token));
}

function withoutTexts(source: string): string {
  return source.replace(tokens, (token) => (token.startsWith('/') ? ' ' : '""'));
}
