// std::cout, std::cerr, std::clog, stdout and stderr, led to an OutputCapture.
#pragma once

#include <array>
#include <cstdio>

#include "report/capture.h"
#include "report/cxx_streams.h"

namespace turngate {

// What leads there is never destroyed: a library may have kept our stdout, or a buffer of ours, and
// use it when this has gone. It then leads to the descriptors 1 and 2.
class CapturedStreams {
  public:
    // `capture` must outlive this. Throws std::system_error.
    explicit CapturedStreams(OutputCapture& capture);
    CapturedStreams(const CapturedStreams&) = delete;
    CapturedStreams& operator=(const CapturedStreams&) = delete;
    ~CapturedStreams();

  private:
    std::array<FILE*, 2> files_before_{};  // stdout, stderr
    CxxStreams cxx_streams_;
};

}  // namespace turngate
