// A request body that is read up before it is passed on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "spool_file.h"
#include <turngate/http/body.h>

namespace turngate {

class BodySpool {
  public:
    // Reads `body` to its end, its first `memory` bytes into memory, and a longer one into a file
    // in `directory` (see SpoolFile). Throws what reading throws, and HttpError(507) where there is
    // no room for it.
    BodySpool(Body& body, std::size_t memory, const std::string& directory);

    // All of it, from its beginning, with its length. Call it again only where the last one is used
    // up, which one that has arrived() never is.
    Body body();

  private:
    std::string bytes_;                // all of it, unless there is a file
    std::shared_ptr<SpoolFile> file_;  // shared with bodies
};

}  // namespace turngate
