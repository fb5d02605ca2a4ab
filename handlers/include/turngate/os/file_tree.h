// The files below one directory, and nothing that is elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include <turngate/os/fd.h>

namespace turngate::os {

// Thread-safe. The directory is opened once: it is the same one even if another is put at its path.
class FileTree {
  public:
    // Who follows symbolic links: the kernel, as far as they stay below the directory (openat2(),
    // Linux 5.6), or nobody, or the kernel wherever they lead. Without openat2() it is nobody
    // rather than `inside`.
    enum class Links { inside, none, anywhere };

    // Throws std::system_error that names the directory.
    explicit FileTree(const std::string& directory, Links links = Links::inside);

    // Opens what `path` names, which is relative, for reading: a file, or a directory. Never
    // blocks, not even for a FIFO. Empty if there is no such thing below the directory: a link that
    // leads out, "..", and what has a file for a directory count as that. Throws std::system_error
    // for what is there and cannot be opened. `is_real`, if given, becomes true if no link led
    // there for certain: then `path` is where it is.
    Fd open(const std::string& path, bool* is_real = nullptr) const;

    // The same for who only asks what it is, by fstat(): nobody needs the right to read it.
    Fd locate(const std::string& path, bool* is_real = nullptr) const;

    // Where what was opened is, with all links followed: relative to the directory, or absolute if
    // it is elsewhere. Empty if that cannot be told, see real_path().
    std::string place_of(const Fd& file) const;

  private:
    Fd open_with(int flags, const std::string& path, bool* is_real) const;
    Fd open_by_kernel(int flags, std::uint64_t resolve, const std::string& path, int& error) const;
    Fd open_by_step(int flags, const std::string& path) const;

    Fd root_;
    Links links_;
};

// Where an open file is, with all links followed. Empty if that cannot be told: /proc is not
// mounted, or the file is gone.
std::string real_path(const Fd& file);

}  // namespace turngate::os
