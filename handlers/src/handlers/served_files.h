// The files below one directory as answers, for handlers that know which file it is.
#pragma once

#include <optional>
#include <string>

#include "file_answer.h"
#include <turngate/os/file_tree.h>

namespace turngate {

class ServedFiles {
  public:
    struct Options {
        std::string root;
        os::FileTree::Links links = os::FileTree::Links::inside;
        bool compressed = true;          // see StaticFilesOptions
        std::string cache_control = {};  // likewise
    };

    // Throws Error if the root cannot be opened.
    explicit ServedFiles(Options options);

    // What there is at `path`, a relative one, of whatever kind and even if it may not be read.
    // Without descriptor if there is nothing. Throws HttpError if that cannot be told now.
    // `is_real`: see os::FileTree::locate().
    OpenFile find(const std::string& path, bool* is_real = nullptr) const;

    // Absent if `path` names no regular file. Throws HttpError if it cannot be read.
    std::optional<OpenFile> open(const std::string& path) const;

    // Answers a GET or HEAD with `file`, opened by `path`, or with its compressed form.
    void send(const std::string& path, OpenFile file, const Request& request,
              ResponseWriter& response) const;

  private:
    void choose_coding(const std::string& path, OpenFile& file, const Request& request,
                       ResponseWriter& response) const;

    const Options options_;
    const os::FileTree tree_;
};

// The answer to other methods than GET and HEAD: what OPTIONS is told, or 405.
void refuse_method(const Request& request, ResponseWriter& response);

}  // namespace turngate
