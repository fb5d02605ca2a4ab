// Requests over a connection that is kept, to a door in the same process.
#pragma once

namespace turngate {
class Handler;
}

// Asks `handler` so many times through the HTTP door. False if one answer is not a 200.
bool serve_hello(const turngate::Handler& handler, int times);
