// Tells which files changed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/os/fd.h>

namespace turngate::watch {

// A file that is named must be written or put in place; one that a pattern selects may also go.
class FileWatch {
  public:
    // Each is a file, a pattern such as "src/**" (see replay/glob.h), "DIR/" for all that is in
    // DIR, whatever characters its name has, or "!PATTERN" for what is not to count. Hidden files,
    // editors' backups and hidden directories count for no pattern. Throws Error that names the
    // pattern and the directory that cannot be watched.
    explicit FileWatch(const std::vector<std::string>& patterns);

    // Readable when something happened.
    int fd() const noexcept { return inotify_.get(); }

    // What has changed since, without waiting: each path once, in order. Directories that are new
    // are watched from now on; so is one that has gone and is made again, with all that is in it.
    // A file that was put in place from a name for which `is_own` holds has not changed by that.
    std::vector<std::string> take(const std::function<bool(std::string_view name)>& is_own = {});

  private:
    struct Directory {
        std::string path;  // without a slash at its end; "." for this one
        bool is_deep = false;
        std::vector<std::string> files = {};  // named ones; their names here
    };

    // What a pattern or a file needs to have watched, and has again once it is made again.
    struct Root {
        std::string path;
        std::string file = {};  // the name of one there; empty: all below it
        bool is_lost = false;
    };

    void watch_file(const std::string& path);
    void watch_root(const Root& root, std::vector<std::string>* found);
    void lose(const std::string& path);
    void find_again(std::vector<std::string>& changed);
    bool find_again(Root& root, std::vector<std::string>& changed);
    void forget(const std::function<bool(const Directory&)>& is_unwanted);
    void watch_tree(const std::string& path, std::vector<std::string>* found);
    Directory& watch(const std::string& path, bool is_deep);
    bool is_selected(const std::string& path) const;
    void note(const Directory& directory, const std::string& name, unsigned what,
              std::vector<std::string>& changed);

    os::Fd inotify_;
    std::vector<std::string> wanted_;
    std::vector<std::string> trees_;  // what paths begin with that are below a directory
    std::vector<std::string> unwanted_;
    std::vector<Root> roots_;
    std::map<int, Directory>
        directories_;  // by watch; with those in which a lost root may come back
};

}  // namespace turngate::watch
