// A request body that is read up before it is passed on.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "spool_file.h"
#include <turngate/http/body.h>

namespace turngate {

class BodySpool {
  public:
    // Reads `body` to its end, its first `memory` bytes into memory, and a longer one into a file
    // in `directory` (see SpoolFile). Throws what reading throws, Cancelled once `stop` is
    // requested, and HttpError(507) where there is no room for it.
    BodySpool(Body& body, std::size_t memory, const std::string& directory, std::stop_token stop);

    // All of it, from its beginning, with its length.
    Body body() const;

  private:
    std::string bytes_;                // all of it, unless there is a file
    std::shared_ptr<SpoolFile> file_;  // shared with bodies
};

}  // namespace turngate
