#include "replay/held_text.h"

#include <cerrno>
#include <system_error>

namespace turngate::replay {
namespace {

[[noreturn]] void fail() {
    throw std::system_error(errno, std::generic_category(),
                            "cannot keep the report in a temporary file");
}

}  // namespace

HeldText::HeldText() : file_(std::tmpfile()) {
    if (!file_) fail();
}

HeldText::~HeldText() {
    std::fclose(file_);
}

void HeldText::write(std::string_view text) {
    empty_ = empty_ && text.empty();
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
}

void HeldText::copy_to(cli::Output& out) {
    if (std::fflush(file_) != 0) fail();
    std::rewind(file_);
    char block[16 * 1024];
    while (const std::size_t n = std::fread(block, 1, sizeof block, file_))
        out.write({block, n});
    if (std::ferror(file_) != 0) fail();
}

}  // namespace turngate::replay
