// A file without a name, for what does not fit into memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <turngate/os/fd.h>

namespace turngate {

// $TMPDIR, or /tmp.
std::string temporary_directory();

// Gone with its descriptor, whatever becomes of this process. One thread may append while another
// reads what is there.
class SpoolFile {
  public:
    // In `directory`, or in temporary_directory() if that is empty. Throws std::system_error that
    // names it.
    explicit SpoolFile(const std::string& directory);

    // Throws std::system_error; nothing of `bytes` counts then.
    void append(std::string_view bytes);

    std::uint64_t size() const noexcept { return size_; }

    // Forgets what there is, and gives its room back. Throws std::system_error.
    void clear();

    // For whoever reads by himself.
    int fd() const noexcept { return fd_.get(); }

    // Fills `into` as far as the file reaches; returns how much that was. Throws std::system_error.
    std::size_t read(std::uint64_t offset, std::span<char> into) const;

    const std::string& directory() const noexcept { return directory_; }

  private:
    std::string directory_;
    os::Fd fd_;
    std::uint64_t size_ = 0;
};

}  // namespace turngate
