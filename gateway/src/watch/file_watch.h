// Tells which files changed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate::watch {

// A file that is named must be written or put in place; one that a pattern selects may also go.
class FileWatch {
  public:
    // Each is a file, a pattern such as "src/**" (see replay/glob.h), or "!PATTERN" for what is not
    // to count. Hidden files, editors' backups and hidden directories count for no pattern.
    // Throws Error that names the pattern and the directory that cannot be watched.
    explicit FileWatch(const std::vector<std::string>& patterns);

    // Readable when something happened.
    int fd() const noexcept { return inotify_.get(); }

    // What has changed since, without waiting: each path once, in order. Directories that are new
    // are watched from now on.
    std::vector<std::string> take();

  private:
    struct Directory {
        std::string path;  // without a slash at its end; "." for this one
        bool is_deep = false;
        std::vector<std::string> files = {};  // named ones; their names here
    };

    void watch_file(const std::string& path);
    void watch_tree(const std::string& path, std::vector<std::string>* found);
    Directory& watch(const std::string& path, bool is_deep);
    bool is_selected(const std::string& path) const;
    void note(const Directory& directory, const std::string& name, unsigned what,
              std::vector<std::string>& changed);

    os::Fd inotify_;
    std::vector<std::string> wanted_;
    std::vector<std::string> unwanted_;
    std::map<int, Directory> directories_;  // by watch
};

}  // namespace turngate::watch
