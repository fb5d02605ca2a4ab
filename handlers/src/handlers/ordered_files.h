// Files that a script orders to be sent in the place of its body: X-Sendfile, X-Accel-Redirect.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "served_files.h"
#include <turngate/http/handler.h>

namespace turngate {

class OrderedFiles {
  public:
    // Empty directories: nothing may be ordered by that field. The prefix begins and ends with a
    // slash. Throws Error if a directory cannot be opened or the prefix is none.
    OrderedFiles(const std::string& sendfile, const std::string& accel, std::string accel_prefix);

    // True if anything may be ordered.
    bool any() const noexcept { return sendfile_ || accel_; }

    // Answers with what `script` does, or with the file it orders. Neither field reaches the
    // client; one that is not in use is logged.
    void serve(const Handler& script, Request& request, ResponseWriter& response) const;

  private:
    std::array<std::string, 2> sendfile_roots_;  // absolute, without links and as it was given
    std::optional<ServedFiles> sendfile_;
    std::optional<ServedFiles> accel_;
    std::string accel_prefix_;
};

}  // namespace turngate
