// The URI of a handler, taken apart, and the values of its options.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/script_files.h>
#include <turngate/handlers/spawned_fcgi.h>
#include <turngate/http/context.h>
#include <turngate/http/error.h>
#include <turngate/http/handler.h>

namespace turngate {

// "cgi:./a%20b?arg=1"
struct HandlerUri {
    std::string_view text;     // all of it
    std::string_view scheme;   // "cgi"
    std::string_view encoded;  // what stands between the scheme and the options, as it is
    std::string path;          // the same decoded
    std::vector<std::pair<std::string, std::string>> options;  // decoded

    // Views into `uri`.
    static HandlerUri split(std::string_view uri);

    bool has(std::string_view option) const;
};

// `uri` for a message: "https://***@host" for "https://user:password@host".
std::string without_user(std::string_view uri);

// "expected cgi, plugin", with "did you mean" before it where one is near.
std::string suggest(std::string_view word, const std::vector<std::string_view>& known);

// "cgi: has no option "tiemout": did you mean timeout? expected ..."
BadSetting unknown_option(std::string_view scheme, std::string_view option,
                          const std::vector<std::string_view>& known);
BadSetting bad_value(const std::string& option, const std::string& value,
                     const std::string& expected);

// Above zero, as "30s". Throws Error.
std::chrono::milliseconds duration(const std::string& option, const std::string& value);

// The same, or "0", which is 0.
std::chrono::milliseconds duration_or_none(const std::string& option, const std::string& value);

// Throws Error.
std::size_t count(const std::string& option, const std::string& value, std::size_t least,
                  std::size_t most);

// Above zero, as "10MiB" or "4096". Throws Error.
std::uint64_t size(const std::string& option, const std::string& value);

// Throws Error unless it is "on" or "off".
bool is_on(const std::string& option, const std::string& value);

// The options of script_files() among those of another handler.
class ScriptOptions {
  public:
    // False if `name` is none of them. Throws Error.
    bool set(const std::string& name, const std::string& value);

    bool has_root() const { return !options_.root.empty(); }

    // True if a script may order files: then its answers must come with the orders.
    bool orders_files() const { return !options_.sendfile.empty() || !options_.accel.empty(); }

    // `scripts`, or script_files() before it where a root was given. Throws Error.
    HandlerPtr wrap(HandlerPtr scripts) &&;

    static const std::vector<std::string_view> names;

  private:
    ScriptFilesOptions options_;
    std::string given_;  // an option that is nothing without a root
    bool has_index_ = false;
    bool has_fallback_ = false;
};

// One for each scheme.
HandlerPtr open_cgi(const HandlerUri& uri);
HandlerPtr open_cgi_directory(const HandlerUri& uri);
HandlerPtr open_files(const HandlerUri& uri);
HandlerPtr open_upstream(const HandlerUri& uri);
HandlerPtr open_fcgi(const HandlerUri& uri, std::function<void(Level, std::string_view)> log);

// "fcgi:spawn:COMMAND" and "fcgi:spawn?root=DIR:COMMAND". `options` has what else is known of it.
bool is_spawned_fcgi(std::string_view text);
HandlerPtr open_spawned_fcgi(std::string_view text, FcgiSpawnOptions options);

}  // namespace turngate
