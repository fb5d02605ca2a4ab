// Variables of the environment that belong to one request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <turngate/http/context.h>

namespace turngate {

// What a platform sends with an invocation where it could have set variables of the process:
// attached to Request::context. The environment of this process is never changed for a request, for
// others are served beside it; programs that are started for the request (cgi:) get these as
// variables of their own, and FastCGI applications as parameters. A value.
class Environment {
  public:
    using Variables = std::map<std::string, std::string, std::less<>>;

    // Replaces one of this name. False, and nothing is set, if is_reserved_variable(). Throws Error
    // if `name` is empty or has a '=' or a NUL, or if `value` has a NUL: no environment holds that.
    [[nodiscard]] bool set(std::string_view name, std::string_view value);

    // Null if there is none. Valid as long as it is neither replaced nor moved.
    const std::string* find(std::string_view name) const noexcept;

    auto begin() const noexcept { return variables_.begin(); }
    auto end() const noexcept { return variables_.end(); }
    std::size_t size() const noexcept { return variables_.size(); }

  private:
    Variables variables_;
};

// True for variables that tell a loader (LD_PRELOAD), an interpreter (PYTHONPATH), a shell (PATH),
// a web server's program (REMOTE_USER, HTTP_PROXY, PHP_VALUE) or turngate itself (TURNGATE_AS) what
// to do. No request may say that.
bool is_reserved_variable(std::string_view name) noexcept;

// The variable `name` of this request, else of this process; absent if neither has it.
std::optional<std::string> variable(const Context& context, const std::string& name);

}  // namespace turngate
