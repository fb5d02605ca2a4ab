#include "host/host_lines.h"

#include <algorithm>
#include <string_view>

#include "replay/printable.h"

namespace turngate::host {
namespace {

using cli::Color;
using cli::Glyph;
using Kind = Line::Kind;

constexpr std::size_t number_width = 5;
constexpr std::size_t label_width = 6;

std::string_view label(Kind kind, const cli::Terminal& terminal) {
    switch (kind) {
        case Kind::request:
        case Kind::output:
        case Kind::report:
            return {};
        case Kind::answer:
            return terminal.glyph(Glyph::arrow);
        case Kind::log:
            return "log";
        case Kind::fetch:
            return "fetch";
        case Kind::end:
            return "end";
        case Kind::lifecycle:
            return "host";
        case Kind::breach:
            return "BREACH";
    }
    return {};
}

// What cannot act on a terminal, and tabs, which stand between the figures of a REPORT.
std::string shown(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t tab = text.find('\t');
        out += replay::printable(text.substr(0, tab));
        if (tab == text.npos) return out;
        out += '\t';
        text.remove_prefix(tab + 1);
    }
}

Color color(Kind kind) {
    switch (kind) {
        case Kind::request:
            return Color::bold;
        case Kind::breach:
            return Color::red;
        case Kind::answer:
            return Color::green;
        default:
            return Color::dim;
    }
}

}  // namespace

std::string line_text(const Line& line, const cli::Terminal& terminal) {
    const std::string number = line.request == 0 ? "" : '#' + std::to_string(line.request);
    const std::string_view word = label(line.kind, terminal);
    std::string before = replay::padded(number, number_width);
    if (!word.empty())
        before += terminal.paint(color(line.kind), replay::padded(word, label_width)) + ' ';
    std::string out;
    std::string_view rest = line.text;
    do {
        const std::string_view one = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const std::string text = shown(one);
        out += before;
        out += line.kind == Kind::request ? terminal.paint(color(line.kind), text) : text;
        out += '\n';
    } while (!rest.empty());
    return out;
}

}  // namespace turngate::host
