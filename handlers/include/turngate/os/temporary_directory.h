// A directory for files that nobody else is to see, for a while.
#pragma once

#include <string>

namespace turngate::os {

// Made in TMPDIR, or /tmp; only its owner may enter. Goes with everything in it.
class TemporaryDirectory {
  public:
    TemporaryDirectory();  // throws std::system_error that names the place and the variable
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

}  // namespace turngate::os
