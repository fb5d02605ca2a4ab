// Patterns of the paths of files, which are relative to the project.
import {BuildFailure} from './failure';

/** Whether a path matches one of `patterns`. Throws BuildFailure for one that says nothing, or what is not known here. */
export function matcher(patterns: string[]): (name: string) => boolean {
  const expressions = patterns.map(toExpression);
  return (name) => expressions.some((expression) => expression.test(name));
}

const words: Record<string, string> = {'**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]', './': ''};
const choices: Record<string, string> = {'{': '(?:', '}': ')', ',': '|'};

// A character as it is, a class, "./" where a name begins, and what means something else in an expression.
const special = /\\([^])|\[([!^]?)(\]?[^\]]*)\]|\*\*\/|\*\*|(?<=^|[/{,])\.\/|[*?{},.+^$()|[\]\\]/g;

// What other tools know, and would match nothing here.
const unknown: [RegExp, string, string][] = [
  [/^\/|(?:^|[/{,])\.\.(?:[/},]|$)/, 'leads out of the project', 'paths are relative to it'],
  [/[@!+*?]\(/, 'has "@(", "!(", "+(", "*(" or "?("', 'choices are written {a,b}, and "(" itself "\\("'],
  [/\{[^{},]*\.\.[^{},]*\}/, 'has a "{a..b}"', 'write all of them, as {1,2,3}'],
  [/\[[:=.]/, 'has a class with a name', 'write its characters, as [a-z]'],
];

/** Of a pattern with `**` (any directories), `*`, `?`, `[a-z]`, `[!a-z]`, `{a,{b,c}}`, and `\` before one of these. */
function toExpression(pattern: string): RegExp {
  const refuse = (rule: string, remedy: string): never => {
    throw new BuildFailure(`the pattern "${pattern}" of files ${rule}: ${remedy}`);
  };
  for (const [expression, rule, remedy] of unknown) if (expression.test(pattern)) refuse(rule, remedy);
  let depth = 0;
  const translated = pattern.replace(special, (part: string, literal?: string, not?: string, characters?: string) => {
    if (literal !== undefined) return literal.replace(/\W/, '\\$&');
    if (characters !== undefined)
      return (
        toClass(not !== '', characters) ?? refuse(`has ${part}, which is no class`, 'write its characters, as [a-z]')
      );
    if (part === '[') refuse('has a "[" without its "]"', 'add it, or write "\\[" for the character itself');
    if (part === '\\') refuse('ends in a "\\"', 'write "\\\\" for the character itself');
    if (part === '}' && depth === 0)
      refuse('has a "}" without its "{"', 'add it, or write "\\}" for the character itself');
    const choice = part === '{' || depth > 0 ? choices[part] : undefined;
    if (choice !== undefined) depth += part === '{' ? 1 : part === '}' ? -1 : 0;
    return choice ?? words[part] ?? `\\${part}`;
  });
  if (depth > 0) refuse('has a "{" without its "}"', 'add it, or write "\\{" for the character itself');
  return new RegExp(`^${translated}$`);
}

/** None if there is no character in it, or a range ends before it begins. */
function toClass(isOthers: boolean, characters: string): string | undefined {
  const ranges = [...characters.matchAll(/([^])-([^])/g)];
  if (characters === '' || ranges.some(([, first = '', last = '']) => first > last)) return undefined;
  return `(?!/)[${isOthers ? '^' : ''}${characters.replace(/[\\\]^[]/g, '\\$&')}]`;
}
