// What a static program has in place of cxx_streams.cpp.
#include <cstdio>

#include "report/cxx_streams.h"

namespace turngate {

// They write to the stdout that there was when the program started.
CxxStreams::CxxStreams(StreamOutlet&, StreamOutlet&) {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}

CxxStreams::~CxxStreams() = default;

}  // namespace turngate
