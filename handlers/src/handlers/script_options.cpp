// Options of script_files() in the URI of a handler that runs the scripts.
#include <utility>

#include "handler_uri.h"

namespace turngate {

const std::vector<std::string_view> ScriptOptions::names = {
    "accel", "cache-control", "files", "follow-symlinks", "index", "root", "sendfile", "try"};

bool ScriptOptions::set(const std::string& name, const std::string& value) {
    if (name == "root") {
        options_.root = value;
        return true;
    }
    if (name == "index") {
        if (!std::exchange(has_index_, true)) options_.index.clear();
        if (!value.empty()) options_.index.push_back(value);
    } else if (name == "try") {
        if (!value.empty() && !value.starts_with('/'))
            throw bad_value(name, value, "a path below the root, as /index.php");
        has_fallback_ = true;
        options_.fallback = value;
    } else if (name == "files") {
        options_.serve_files = is_on(name, value);
    } else if (name == "cache-control") {
        options_.cache_control = value;
    } else if (name == "follow-symlinks") {
        options_.follow_links_outside = is_on(name, value);
    } else if (name == "sendfile") {
        options_.sendfile = value;
    } else if (name == "accel") {
        const auto end = value.find('=');
        if (end == value.npos) throw bad_value(name, value, "/PREFIX/=DIR");
        options_.accel_prefix = value.substr(0, end);
        options_.accel = value.substr(end + 1);
    } else {
        return false;
    }
    given_ = name;
    return true;
}

HandlerPtr ScriptOptions::wrap(HandlerPtr scripts) && {
    if (options_.root.empty()) {
        if (!given_.empty())
            throw BadSetting("the option " + given_ + " is about files, and there is no root=DIR");
        return scripts;
    }
    // Where there is another index it is the front controller.
    if (has_index_ && !has_fallback_)
        options_.fallback = options_.index.empty() ? "" : '/' + options_.index.front();
    options_.scripts = std::move(scripts);
    return script_files(std::move(options_));
}

}  // namespace turngate
