// Text that is kept in an unnamed temporary file until what stands before it is known.
#pragma once

#include <cstdio>
#include <string_view>

#include "cli/output.h"

namespace turngate::replay {

class HeldText {
  public:
    // Every function throws std::system_error, copy_to() also what Output::write() throws.
    HeldText();
    ~HeldText();
    HeldText(const HeldText&) = delete;
    HeldText& operator=(const HeldText&) = delete;

    void write(std::string_view text);
    bool empty() const noexcept { return empty_; }
    // All of it. Nothing may be written afterwards.
    void copy_to(cli::Output& out);

  private:
    std::FILE* file_;
    bool empty_ = true;
};

}  // namespace turngate::replay
