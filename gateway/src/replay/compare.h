// A reply against the one that is expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/golden.h"
#include "replay/ignore.h"
#include "replay/json_tree.h"
#include <turngate/http/response.h>

namespace turngate::replay {

// One thing that is not as expected.
struct Difference {
    enum class Part { status, header, json, text, bytes } part = Part::status;
    std::string where = {};                    // name of the header, JSON pointer into the body
    std::optional<std::string> expected = {};  // absent: nothing was expected here
    std::optional<std::string> actual = {};    // absent: missing
};

// Compares replies one after the other, using its memory again. Not for several threads at once.
//
// Headers are compared by name without case, the values of a name in order; every header of the
// reply counts, except Content-Length where the body is compared. JSON is compared as a value.
class Comparer {
  public:
    // `rules` must outlive the comparer.
    explicit Comparer(const IgnoreRules& rules) : base_(rules) {}

    // `directory` is where side files are, with its '/' at the end. Throws JsonError or
    // std::system_error if the golden cannot be used.
    bool same(const Golden& golden, const Response& reply, std::string_view directory = {});

    // At most `limit` differences, and none if same(). Bodies are whole.
    std::vector<Difference> differences(const Golden& golden, const Response& reply,
                                        std::string_view directory = {}, std::size_t limit = 100);

    // Puts one difference of two printed texts in the place of those between JSON bodies.
    void join_json(const Golden& golden, const Response& reply,
                   std::vector<Difference>& differences);

  private:
    const IgnoreRules& rules_for(const Golden& golden);
    bool same_headers(const Golden& golden, const Response& reply, const IgnoreRules& rules) const;
    bool same_body(const Golden& golden, const Response& reply, const IgnoreRules& rules,
                   std::string_view directory);
    void header_differences(const Golden& golden, const Response& reply, const IgnoreRules& rules,
                            std::vector<Difference>& out) const;
    void body_differences(const Golden& golden, const Response& reply, const IgnoreRules& rules,
                          std::string_view directory, std::vector<Difference>& out,
                          std::size_t limit);
    std::string expected_bytes(const Golden& golden, std::string_view directory);

    const IgnoreRules& base_;
    IgnoreRules with_golden_;
    JsonTree expected_;
    JsonTree actual_;
};

// The places where two JSON values differ, in the order of the first; at most `limit`. What
// `rules` cover is left aside.
std::vector<Difference> json_differences(const JsonTree& expected, const JsonTree& actual,
                                         const IgnoreRules& rules, std::size_t limit);

}  // namespace turngate::replay
