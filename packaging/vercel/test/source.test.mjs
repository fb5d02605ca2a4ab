import assert from 'node:assert/strict';
import {test} from 'node:test';

import {sourceKind} from '../dist/source.js';

for (const [name, source, kind] of [
  ['functions of methods', 'Response GET(Request&) { return text("x"); }', 'functions'],
  ['a main of its own', 'int\nmain (int argc, char** argv) {}', 'server'],
  ['a main with a return type behind', 'auto main() -> int {}', 'server'],
  ['a main that runs turngate', '#include <turngate/turngate.h>\nint main() {}', 'program'],
  ['a main that says it includes turngate', '// #include <turngate/turngate.h>\nint main() {}', 'server'],
  ['a main in a comment', '// int main() {}\n/* int main() {} */ void GET();', 'functions'],
  ['a main in a comment over two lines', '// one \\\nint main() {}', 'functions'],
  ['a main in a comment without an end', '/* int main() {}', 'functions'],
  ['a main in a string', 'auto a = "\\"int main() {"; ', 'functions'],
  ['a main in a raw string', 'auto a = R"x(" int main() {)" )x";', 'functions'],
  ['a main behind what looks like a comment', 'auto a = "/*"; int main() {} // */', 'server'],
  ['a main behind a quoted quote', "char a = '\"'; int main() {} char b = '\"';", 'server'],
  ['a main between digit separators', "long a = 1'000; int main() {} long b = 1'000;", 'server'],
  ['a longer name', 'int domain(); int main_loop();', 'functions'],
])
  test(`${name}: ${kind}`, () => {
    assert.equal(sourceKind(source), kind);
  });
