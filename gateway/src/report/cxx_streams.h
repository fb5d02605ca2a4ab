// std::cout, std::cerr and std::clog, led elsewhere.
#pragma once

#include <array>
#include <streambuf>

#include "report/stream_outlet.h"

namespace turngate {

// In a static program it leaves them alone: they alone would be a third of one that does not use
// them. What they print is then captured at the descriptors, line by line.
class CxxStreams {
  public:
    // `out` and `err` are never to be destroyed.
    CxxStreams(StreamOutlet& out, StreamOutlet& err);
    CxxStreams(const CxxStreams&) = delete;
    CxxStreams& operator=(const CxxStreams&) = delete;
    ~CxxStreams();

  private:
    [[maybe_unused]] std::array<std::streambuf*, 3> before_{};  // of cout, cerr, clog
};

}  // namespace turngate
