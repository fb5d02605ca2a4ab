// The floor under any handler of events that reads JSON with RapidJSON.
#pragma once

// Tokenises NUL-terminated `text` in place with RapidJSON and SSE4.2, with its default flags and
// without a handler. False if it is not JSON.
bool tokenise(char* text);
// The same with RapidJSON's assertions compiled out.
bool tokenise_unchecked(char* text);
