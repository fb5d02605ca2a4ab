import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {sourceKind} from '../dist/source.js';

for (const [name, source, kind] of [
  ['functions of methods', 'Response GET(Request&) { return text("x"); }', 'functions'],
  ['a main of its own', 'int\nmain (int argc, char** argv) {}', 'server'],
  ['a main with a return type behind', 'auto main() -> int {}', 'server'],
  ['a main that runs turngate', '#include <turngate/turngate.h>\nint main() {}', 'program'],
  ['a main that says it includes turngate', '// #include <turngate/turngate.h>\nint main() {}', 'server'],
  ['a main and a raw string that includes', 'auto a = R"x(\n#include <turngate/a.h>\n)x"; int main() {}', 'server'],
  ['a main in a comment', '// int main() {}\n/* int main() {} */ void GET();', 'functions'],
  ['a main in a comment over two lines', '// one \\\nint main() {}', 'functions'],
  ['a main in a comment without an end', '/* int main() {}', 'functions'],
  ['a main in a string', 'auto a = "\\"int main() {"; ', 'functions'],
  ['a main in a raw string', 'auto a = R"x(" int main() {)" )x";', 'functions'],
  ['a main behind what looks like a comment', 'auto a = "/*"; int main() {} // */', 'server'],
  ['a main behind a quoted quote', "char a = '\"'; int main() {} char b = '\"';", 'server'],
  ['a main between digit separators', "long a = 1'000; int main() {} long b = 1'000;", 'server'],
  ['a main behind hexadecimal digits', "int x = 0xF'F; int main() {} char c = 'a';", 'server'],
  ['a main behind a character of UTF-8', "auto a = u8'\"'; int main() {} auto b = '\"';", 'server'],
  ['a main behind a string that is not raw', 'auto a = PRIuPTR"("; int main() {} auto b = ")";', 'server'],
  ['a main in a raw string with a prefix', 'auto a = u8R"(" int main() {)";', 'functions'],
  ['a signed main', 'signed main() {}', 'server'],
  ['a main with an alias of its type', 'std::int32_t main() {}', 'server'],
  ['a main with an attribute', 'int __attribute__((cold)) main() {}', 'server'],
  ['a main of C', 'extern "C" {\nint puts(const char*);\nint main() {}\n}', 'server'],
  ['a main of a class', 'struct A { int main(int); }; int A::main(int) { return 0; }', 'functions'],
  ['a main of a namespace', 'namespace a { int main(int) { return 0; } }', 'functions'],
  ['a call of a main', 'int GET() { return a.main(1) + main(2); } auto a = main(3);', 'functions'],
  ['a main of the preprocessor', '#define RUN { \\\n int main()\n#define END }', 'functions'],
  ['a main behind braces of a macro', '#define BEGIN {\nint main() {}', 'server'],
  ['a main behind branches', '#if A\nstruct B {\n#else\nstruct C {\n#endif\n};\nint main() {}', 'server'],
  ['a main in a branch', '#ifndef A\nvoid f() {}\n#elif B\nint main() {}\n#endif', 'server'],
  ['a class behind branches', 'struct A {\n#if B\nint b;\n#endif\nint main();\n};', 'functions'],
  ['a main that is disabled', '#if 0\n#ifdef A\n#else\nint main() {}\n#endif\n#endif', 'functions'],
  ['a main in the other branch', '#if 0\nstruct A {\n#else\nint main() {}\n#endif', 'server'],
  ['a main behind what is disabled', '# if false // never\nstruct A {\n#endif\nint main() {}', 'server'],
  [
    'a main of a class in the other branch',
    '#if 0\nclass A {\n#elif B\nstruct A {\n#endif\nint main();\n};',
    'functions',
  ],
  ['a main in a branch after a disabled one', '#if A\n#elif 0\n{\n#else\nint main() {}\n#endif', 'server'],
  ['a main under a condition', '#if 00 + A\nint main() {}\n#endif', 'server'],
  ['a longer name', 'int domain(); int main_loop();', 'functions'],
])
  test(`${name}: ${kind}`, () => {
    assert.equal(sourceKind(source, '/nonexistent', '/nonexistent'), kind);
  });

test('a main that includes turngate by its own headers is a program', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'source-'));
  t.after(() => rm(root, {recursive: true}));
  await mkdir(join(root, 'api/own'), {recursive: true});
  await mkdir(join(root, 'shared'));
  await writeFile(join(root, 'api/own/main.h'), '#pragma once\n#include "main.h"\n#include <shared/turngate.h>\n');
  await writeFile(join(root, 'shared/turngate.h'), '#include <turngate/turngate.h>\n');
  const disabled = '#if 0\n#include <turngate/turngate.h>\n#endif\n';
  await writeFile(join(root, 'api/other.h'), `// #include <turngate/turngate.h>\n${disabled}`);
  const kind = (name) => sourceKind(`#include "${name}"\nint main() {}`, join(root, 'api'), root);

  assert.equal(kind('own/main.h'), 'program');
  assert.equal(kind('other.h'), 'server');
  assert.equal(kind('own'), 'server');
});
