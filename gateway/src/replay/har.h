// HAR (HTTP Archive 1.2, w3c.github.io/web-performance/specs/HAR): what browsers and proxies save.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/json/json.h>

namespace turngate::replay {

// The entries of an archive, one after the other.
class Har {
  public:
    // Keeps `text`. Throws JsonError if it is no archive.
    explicit Har(std::string text);

    struct Entry {
        std::string event = {};  // the request, as an event of shape http
        std::string reply = {};  // the response, as a neutral reply; empty if there is none to read
        std::string problem = {};  // why the entry has no event
        std::string skipped = {};  // why it is none that a server was asked for by HTTP
    };

    // False at the end. Never throws for what is in an entry.
    bool next(Entry& entry);

    std::size_t size() const noexcept { return entries_.size(); }

  private:
    using Range = std::pair<std::size_t, std::size_t>;
    struct Parts {
        Range request = {};
        Range response = {};
    };
    friend class HarReader;

    Json part(Range range) const;

    std::string text_;
    std::vector<Parts> entries_;
    std::size_t next_ = 0;
};

}  // namespace turngate::replay
