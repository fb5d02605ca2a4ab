// What a comparison leaves aside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace turngate::replay {

// One step of the way to a value inside a JSON body.
struct PathSegment {
    std::string_view key = {};  // of an object
    std::size_t index = 0;      // of an array
    bool is_index = false;
};

// A value. Pointers (RFC 6901) lead into the reply as its golden shows it: /status,
// /headers/etag, /body, /body/json/items/0/id. A pointer that begins otherwise leads into the JSON
// body, as the differences are printed: /items/0/id. A segment "*" is any member or item.
class IgnoreRules {
  public:
    // What is of the moment, whoever answers: date, server-timing and the ids of AWS.
    static IgnoreRules defaults();

    // Throws std::invalid_argument if `pointer` is none.
    void add_pointer(std::string_view pointer);
    void add_header(std::string_view name);

    bool status() const noexcept { return status_; }
    bool headers() const noexcept { return headers_all_; }
    bool header(std::string_view name) const noexcept;
    bool body() const noexcept { return body_; }
    bool has_body_rules() const noexcept { return !body_paths_.empty(); }
    // True if the value at `path` of the JSON body is left aside.
    bool covers(const std::vector<PathSegment>& path) const;

  private:
    bool status_ = false;
    bool headers_all_ = false;
    bool body_ = false;
    std::vector<std::string> headers_;
    std::vector<std::vector<std::string>> body_paths_;
};

// "/items/0/a~1b"; "" for the whole.
std::string pointer_text(const std::vector<PathSegment>& path);

}  // namespace turngate::replay
