// The yardstick: RapidJSON alone over the bytes of an event.
#pragma once

// Parses `text`, NUL-terminated, in place with the default flags and SSE4.2 and a handler that
// does nothing. False for malformed text.
bool tokenise(char* text);
