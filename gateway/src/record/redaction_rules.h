// Which parts of a call are secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "record/json_redaction.h"

namespace turngate::recording {

// Each rule is a word:
//
//   NAME            the header fields of that name, of requests and of replies
//   query:NAME      a parameter of the query, also in header fields that hold a URL
//   cookie:NAME     one cookie, sent or set
//   form:NAME       a field of an urlencoded form
//   /body/json/...  values of a JSON body, by a pointer in which "*" is any member or item
//   /body           the whole body
//   !RULE           takes that rule back; "!*" all of them
//
// The names of headers, parameters, cookies and fields are compared without case.
class RedactionRules {
  public:
    // Without a rule nothing is redacted.
    RedactionRules() = default;
    static RedactionRules defaults();
    // Those of defaults(), as words.
    static std::vector<std::string> default_words();

    // Throws std::invalid_argument that says what a rule is.
    void add(std::string_view rule);

    std::size_t header_count() const noexcept { return headers_.size(); }
    std::size_t other_count() const noexcept {
        return queries_.size() + cookies_.size() + forms_.size() + pointers_.size();
    }

    bool header(std::string_view name) const noexcept { return has(headers_, name); }
    bool query(std::string_view name) const noexcept { return has(queries_, name); }
    bool cookie(std::string_view name) const noexcept { return has(cookies_, name); }
    bool form(std::string_view name) const noexcept { return has(forms_, name); }
    bool has_queries() const noexcept { return !queries_.empty(); }
    bool has_cookies() const noexcept { return !cookies_.empty(); }
    bool has_forms() const noexcept { return !forms_.empty(); }
    const std::vector<PointerRule>& pointers() const noexcept { return pointers_; }
    bool whole_body() const noexcept;

  private:
    static bool has(const std::vector<std::string>& names, std::string_view name) noexcept;
    std::vector<std::string>& named(std::string_view& rule);
    void add_pointer(std::string_view pointer);
    void take_back(std::string_view rule);

    std::vector<std::string> headers_;
    std::vector<std::string> queries_;
    std::vector<std::string> cookies_;
    std::vector<std::string> forms_;
    std::vector<PointerRule> pointers_;
};

}  // namespace turngate::recording
