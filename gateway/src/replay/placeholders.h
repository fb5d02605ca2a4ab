// Secrets that a saved event names and does not have: ${env:TURNGATE_SECRET_NAME}.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <turngate/http/error.h>
#include <turngate/http/request.h>

namespace turngate::replay {

// "TURNGATE_SECRET_API_KEY". Others are never put into a request: what was recorded of strangers
// may name any variable, and learns none that was not set for this.
bool is_secret_name(std::string_view name) noexcept;

// "${env:NAME}"
std::string placeholder(std::string_view name);

// Whether all of `text` is one.
bool is_placeholder(std::string_view text) noexcept;

// Absent for a variable that is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

// A placeholder that cannot be filled in, so that there is no event to send; hint() says how to
// mend it.
class BadPlaceholder : public Error {
  public:
    BadPlaceholder(const std::string& message, std::string hint)
        : Error(message), hint_(std::move(hint)) {}
    const std::string& hint() const noexcept { return hint_; }

  private:
    std::string hint_;
};

class MissingVariable : public BadPlaceholder {
  public:
    explicit MissingVariable(const std::string& name)
        : BadPlaceholder("the event has " + placeholder(name) + ", and there is no such variable",
                         "export " + name + ", which is to have the secret"),
          name_(name) {}
    const std::string& name() const noexcept { return name_; }

  private:
    std::string name_;
};

// Puts the values of variables in the place of their placeholders: in header fields, in segments of
// the path and parameters of the query and of a form, percent-encoded, in a JSON body as part of a
// string, in another body as they are. Reads the body where one is in it. Throws MissingVariable,
// and BadPlaceholder for a value that is none for a header field.
void fill_in(Request& request, const Variables& variables);

}  // namespace turngate::replay
