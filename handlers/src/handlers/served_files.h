// The files below one directory as answers, for handlers that know which file it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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
        bool links_to_hidden = false;    // links may lead to what is_hidden_place() says

        // True for the name, as links have led, of a file that is never sent. Null: none.
        bool (*is_secret)(std::string_view name) = nullptr;
    };

    // Throws Error if the root cannot be opened.
    explicit ServedFiles(Options options);

    // What there is at `path`, a relative one, of whatever kind and even if it may not be read.
    // Without descriptor if there is nothing that is shown. Throws HttpError if that cannot be told
    // now. `name` becomes the one that it has where links have led.
    OpenFile find(const std::string& path, std::string& name) const;

    // Absent if `path` names no regular file that is shown. Throws HttpError if it cannot be read.
    std::optional<OpenFile> open(const std::string& path) const;

    // Answers a GET or HEAD with `file`, opened by `path`, or with its compressed form.
    void send(const std::string& path, OpenFile file, const Request& request,
              ResponseWriter& response) const;

  private:
    OpenFile shown(os::Fd fd, const std::string& path, bool is_real, std::string& name) const;
    void choose_coding(const std::string& path, OpenFile& file, const Request& request,
                       ResponseWriter& response) const;

    const Options options_;
    const os::FileTree tree_;
};

// The answer to other methods than GET and HEAD: what OPTIONS is told, or 405.
void refuse_method(const Request& request, ResponseWriter& response);

}  // namespace turngate
