#include "cli/terminal.h"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/value.h"

namespace turngate::cli {
namespace {

bool set(const Environment& environment, const char* name) {
    auto value = environment(name);
    return value && !value->empty();
}

// FORCE_COLOR=0 and CLICOLOR_FORCE=0 are how people say "do not".
bool forced(const Environment& environment, const char* name) {
    return set(environment, name) && *environment(name) != "0";
}

bool wants_color(bool is_terminal, ColorChoice choice, const Environment& environment) {
    if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
    if (set(environment, "NO_COLOR")) return false;
    if (forced(environment, "FORCE_COLOR") || forced(environment, "CLICOLOR_FORCE")) return true;
    if (environment("TERM") == "dumb") return false;
    return is_terminal;
}

bool is_utf8_locale(const Environment& environment) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (!set(environment, name)) continue;
        std::string value = *environment(name);
        std::transform(value.begin(), value.end(), value.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        });
        return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
    return false;
}

const char* code(Color color) {
    switch (color) {
        case Color::red:
            return "31";
        case Color::green:
            return "32";
        case Color::yellow:
            return "33";
        case Color::cyan:
            return "36";
        case Color::dim:
            return "2";
        case Color::bold:
            return "1";
        case Color::underline:
            return "4";
    }
    return "0";
}

}  // namespace

bool says_color(const Environment& environment) {
    return set(environment, "NO_COLOR") || set(environment, "FORCE_COLOR") ||
           set(environment, "CLICOLOR_FORCE");
}

std::string Terminal::paint(Color color, std::string_view text) const {
    if (!colored || text.empty()) return std::string(text);
    return std::string("\x1b[") + code(color) + 'm' + std::string(text) + "\x1b[0m";
}

std::string_view Terminal::glyph(Glyph glyph) const noexcept {
    switch (glyph) {
        case Glyph::pass:
            return unicode ? "✓" : "ok";
        case Glyph::fail:
            return unicode ? "✗" : "FAIL";
        case Glyph::fresh:
            return unicode ? "?" : "new";
        case Glyph::warning:
            return "!";
        case Glyph::dot:
            return unicode ? "·" : "-";
        case Glyph::arrow:
            return unicode ? "→" : "->";
    }
    return "";
}

Terminal make_terminal(bool is_terminal, int columns, ColorChoice choice,
                       const Environment& environment) {
    constexpr int narrowest = 60, widest = 1000;
    Terminal terminal;
    terminal.is_terminal = is_terminal;
    terminal.colored = wants_color(is_terminal, choice, environment);
    terminal.unicode = is_utf8_locale(environment);
    if (columns <= 0)
        columns = static_cast<int>(std::clamp<std::int64_t>(
            parse_number(environment("COLUMNS").value_or("")).value_or(0), 0, widest));
    if (columns > 0) terminal.width = std::clamp(columns, narrowest, widest);
    return terminal;
}

Terminal detect_terminal(int fd, ColorChoice choice, const Environment& environment) {
    bool is_terminal = ::isatty(fd) == 1;
    winsize size{};
    int columns = is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return make_terminal(is_terminal, columns, choice, environment);
}

}  // namespace turngate::cli
