// The files of a directory tree, in order, without holding the tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace turngate::replay {

using FileId = std::pair<std::uint64_t, std::uint64_t>;  // the device and the inode
inline FileId id_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

// Yields the files below a directory in byte order of their names, each directory where its name
// stands. Holds the names of one directory a level. Names that begin with a dot are left out. A
// symbolic link to a file counts as the file; one to a directory is followed unless that directory
// has been visited. A directory below with a file of the name `apart` is left out.
class Walk {
  public:
    explicit Walk(std::string root, std::size_t most_levels = SIZE_MAX,
                  std::string_view apart = {});

    struct Entry {
        enum class Kind {
            file,     // regular
            special,  // a FIFO, a socket, a device
            visited,  // a link to a directory that has been visited
            missing,  // a link that leads nowhere, or a file that has gone since; see `error`
            failed,   // cannot be read; see `error`
            end,
        } kind = Kind::end;
        std::string path = {};
        int error = 0;   // errno
        FileId id = {};  // of a file
    };

    Entry next();

  private:
    struct Level {
        std::string path;  // ends with '/'
        std::string names;
        std::vector<std::uint32_t> order;  // offsets into `names`
        std::size_t position = 0;
    };

    static constexpr int is_visited = -1;
    static constexpr int is_apart = -2;
    // Returns errno, or why the directory is not entered.
    int enter(std::string path, std::string_view apart);

    std::vector<Level> levels_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> visited_;
    std::string root_;
    std::size_t most_levels_;
    std::string_view apart_;
    bool started_ = false;
};

}  // namespace turngate::replay
