// Which files are reports that an earlier run has written.
#include "replay/earlier_report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

#include "cli/terminal.h"
#include "replay/golden_file.h"
#include "replay/report.h"

namespace turngate::replay {
namespace {

constexpr std::string_view beginnings[] = {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"turngate replay\"",
    "TAP version 14\n", "## ✓ Replay\n", "## ✗ Replay\n"};

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

std::string_view last_line(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

// "412 events   410 passed ..." of text, "412 events, 410 passed, ..." of GitHub's commands.
bool is_summary(std::string_view line) {
    const auto skip = [&](std::string_view expected) {
        const bool is_there = line.starts_with(expected);
        if (is_there) line.remove_prefix(expected.size());
        return is_there;
    };
    const auto skip_number = [&] {
        const auto end = std::min(line.find_first_not_of("0123456789"), line.size());
        line.remove_prefix(end);
        return end > 0;
    };
    if (!skip_number() || !skip(" event")) return false;
    skip("s");
    return (skip("   ") || skip(", ")) && skip_number() && skip(" passed");
}

// "✗ a.json   ..."
bool is_headline(std::string_view line) {
    using enum cli::Glyph;
    const cli::Terminal plain{.unicode = true};
    return line.find("   ") != line.npos &&
           std::ranges::any_of(
               std::array{pass, fail, fresh, warning, dot, arrow}, [&](cli::Glyph sign) {
                   const std::string_view glyph = plain.glyph(sign);
                   return line.starts_with(glyph) && line.substr(glyph.size()).starts_with(' ');
               });
}

// "::error file=a.json,title=turngate replay: GET /::..."
bool is_annotation(std::string_view line) {
    return (line.starts_with("::error ") || line.starts_with("::warning ")) &&
           line.find("title=turngate replay") != line.npos;
}

}  // namespace

bool is_earlier_report(std::string_view text) noexcept {
    const auto begins = [&](std::string_view beginning) { return text.starts_with(beginning); };
    if (is_report(text) || std::any_of(std::begin(beginnings), std::end(beginnings), begins))
        return true;
    const std::string_view first = first_line(text);
    return is_headline(first) || is_annotation(first) || is_summary(first) ||
           is_summary(last_line(text));
}

bool is_earlier_report_file(const std::string& path) {
    constexpr std::size_t most = 4096;
    const os::Fd fd = open_file(path);
    if (!fd) throw std::system_error(ENOENT, std::generic_category(), "cannot read " + path);
    std::array<char, 2 * most> ends;
    std::size_t size = os::read_whole(fd.get(), std::span(ends).first<most>());
    const off_t whole = ::lseek(fd.get(), 0, SEEK_END);
    if (whole > static_cast<off_t>(size)) {
        const off_t from = std::max(static_cast<off_t>(size), whole - static_cast<off_t>(most));
        ::lseek(fd.get(), from, SEEK_SET);
        size += os::read_whole(fd.get(), std::span(ends).last<most>());
    }
    return is_earlier_report({ends.data(), size});
}

}  // namespace turngate::replay
