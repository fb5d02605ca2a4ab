// Differences for people.
#include "replay/difference_text.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/printable.h"
#include "replay/text_diff.h"
#include <turngate/http/utf8.h>

namespace turngate::replay {
namespace {

using cli::Color;
using Part = Difference::Part;

constexpr std::string_view margin = "    ";
constexpr std::size_t label_width = 10;
constexpr std::size_t longest_value = 200;
constexpr std::size_t most_lines = 200;  // of a diff of texts

std::size_t common_prefix(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

class Printer {
  public:
    Printer(DiffStyle style, const cli::Terminal& terminal) : style_(style), terminal_(terminal) {}

    std::string print(const Result& result) {
        const auto& all = result.differences;
        std::size_t widest = 11;
        for (const Difference& d : all)
            if (d.part == Part::json) widest = std::max(widest, columns(printable(d.where)));
        where_width_ = std::min<std::size_t>(widest, 40) + 2;
        for (const Difference& d : all) {
            switch (d.part) {
                case Part::status:
                    status(d);
                    break;
                case Part::header:
                    header(d);
                    break;
                case Part::json:
                    field(d);
                    break;
                case Part::text:
                    body_text(d);
                    break;
                case Part::bytes:
                    bytes(d);
                    break;
            }
        }
        return std::move(out_);
    }

  private:
    // Begins a line; the label only where it changes.
    std::string start(std::string_view label) {
        const bool again = label == label_;
        label_ = label;
        return std::string(margin) + padded(again ? std::string_view() : label, label_width);
    }

    void status(const Difference& d) {
        out_ += start("status") + *d.expected + "  " +
                std::string(terminal_.glyph(cli::Glyph::arrow)) + "  " + *d.actual + '\n';
    }

    void header(const Difference& d) {
        const std::string name = printable(d.where) + ": ";
        sides(
            d, [&] { return start("headers"); }, name, "");
    }

    void field(const Difference& d) {
        bool first = true;
        sides(
            d,
            [&] {
                std::string line = start("body");
                line += padded(first ? (d.where.empty() ? "(whole)" : printable(d.where)) : "",
                               where_width_);
                if (std::exchange(first, false) && !line.ends_with(' ')) line += "  ";
                return line;
            },
            "", "(missing)");
    }

    // A line with what was expected and one with what came; what differs inside is underlined.
    template <class Start>
    void sides(const Difference& d, Start start_line, const std::string& before,
               std::string_view if_missing) {
        const std::string a = d.expected.value_or(""), b = d.actual.value_or("");
        const std::size_t same = d.expected && d.actual ? common_prefix(a, b) : 0;
        const std::string left = printable(clip(a, same, longest_value));
        const std::string right = printable(clip(b, same, longest_value));
        if (d.expected) {
            std::string line = "- " + before + left;
            if (!d.actual && !if_missing.empty())
                line = padded(line, 29) + "  " + std::string(if_missing);
            out_ += start_line() +
                    (d.actual ? painted(Color::red, "- " + before, left, right)
                              : terminal_.paint(Color::red, line)) +
                    '\n';
        }
        if (d.actual) {
            std::string line = "+ " + before + right;
            if (!d.expected && !if_missing.empty()) line = padded(line, 29) + "  (not expected)";
            out_ += start_line() +
                    (d.expected ? painted(Color::green, "+ " + before, right, left)
                                : terminal_.paint(Color::green, line)) +
                    '\n';
        }
    }

    // `text` with the part underlined that `other` has not.
    std::string painted(Color color, const std::string& before, std::string_view text,
                        std::string_view other) const {
        if (!terminal_.colored) return before + std::string(text);
        const std::size_t begin = whole_utf8(text.substr(0, common_prefix(text, other)));
        std::size_t tail = 0;
        while (tail < text.size() - begin && begin + tail < other.size() &&
               text[text.size() - 1 - tail] == other[other.size() - 1 - tail])
            ++tail;
        std::size_t end = text.size() - tail;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
            ++end;
        return terminal_.paint(color, before + std::string(text.substr(0, begin))) +
               terminal_.paint(color,
                               terminal_.paint(Color::underline, text.substr(begin, end - begin))) +
               terminal_.paint(color, text.substr(end));
    }

    void body_text(const Difference& d) {
        const std::string a = d.expected.value_or(""), b = d.actual.value_or("");
        const auto edits = diff_lines(a, b);
        std::size_t printed = 0;
        for (const Hunk& hunk : hunks_of(edits)) {
            if (printed >= most_lines) break;
            if (style_ == DiffStyle::side)
                side_by_side(edits, hunk, printed);
            else
                unified(edits, hunk, printed);
        }
        if (printed >= most_lines) out_ += start("body") + "(the rest is left out)\n";
        if (printed == 0)  // the same lines
            out_ += start("body") + "they differ in the newline at the end\n";
    }

    void unified(const std::vector<LineEdit>& edits, const Hunk& hunk, std::size_t& printed) {
        std::size_t before = 0, after = 0;
        for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
            before += edits[i].kind != LineEdit::Kind::added;
            after += edits[i].kind != LineEdit::Kind::removed;
        }
        const LineEdit& first = edits[hunk.begin];
        out_ += start("body") +
                terminal_.paint(Color::cyan, "@@ -" + std::to_string(first.before) + ',' +
                                                 std::to_string(before) + " +" +
                                                 std::to_string(first.after) + ',' +
                                                 std::to_string(after) + " @@") +
                '\n';
        for (std::size_t i = hunk.begin; i < hunk.end && printed < most_lines; ++i, ++printed) {
            const std::string line = printable(clip(edits[i].text, 0, 2000));
            out_ += start("body");
            switch (edits[i].kind) {
                case LineEdit::Kind::same:
                    out_ += ' ' + line;
                    break;
                case LineEdit::Kind::removed:
                    out_ += terminal_.paint(Color::red, '-' + line);
                    break;
                case LineEdit::Kind::added:
                    out_ += terminal_.paint(Color::green, '+' + line);
                    break;
            }
            out_ += '\n';
        }
    }

    void side_by_side(const std::vector<LineEdit>& edits, const Hunk& hunk, std::size_t& printed) {
        const std::size_t left_margin = margin.size() + label_width;
        const auto width = static_cast<std::size_t>(std::max(terminal_.width, 60));
        const std::size_t half = (width - left_margin - 3) / 2;
        std::size_t i = hunk.begin;
        while (i < hunk.end && printed < most_lines) {
            if (edits[i].kind == LineEdit::Kind::same) {
                row(edits[i].text, edits[i].text, ' ', half);
                ++i, ++printed;
                continue;
            }
            // Removed lines stand beside those added in their place.
            std::vector<std::string_view> removed, added;
            for (; i < hunk.end && edits[i].kind != LineEdit::Kind::same; ++i)
                (edits[i].kind == LineEdit::Kind::removed ? removed : added)
                    .push_back(edits[i].text);
            for (std::size_t k = 0; k < std::max(removed.size(), added.size()); ++k, ++printed) {
                const bool l = k < removed.size(), r = k < added.size();
                row(l ? removed[k] : "", r ? added[k] : "", l && r ? '|' : l ? '<' : '>', half);
            }
        }
    }

    void row(std::string_view left, std::string_view right, char sign, std::size_t half) {
        auto cell = [&](std::string_view text) {
            // What is longer has more columns whatever it is: a character has at most four bytes.
            std::string shown = printable(text.substr(0, 4 * (half + 1)));
            while (columns(shown) > half)
                shown.resize(whole_utf8(std::string_view(shown).substr(0, shown.size() - 1)));
            return shown;
        };
        const std::string l = padded(cell(left), half), r = cell(right);
        out_ += start("body") + (sign == ' ' || sign == '>' ? l : terminal_.paint(Color::red, l)) +
                ' ' + sign + ' ' +
                (sign == ' ' || sign == '<' ? r : terminal_.paint(Color::green, r)) + '\n';
    }

    void bytes(const Difference& d) {
        const std::string a = d.expected.value_or(""), b = d.actual.value_or("");
        const std::size_t same = common_prefix(a, b);
        out_ += start("body") + std::to_string(a.size()) + " bytes  " +
                std::string(terminal_.glyph(cli::Glyph::arrow)) + "  " + std::to_string(b.size()) +
                " bytes, the first difference at byte " + std::to_string(same) + '\n';
        auto dump = [&](std::string_view text) {
            constexpr char hex[] = "0123456789abcdef";
            std::string line;
            for (std::size_t i = same - std::min<std::size_t>(same, 4);
                 i < std::min(text.size(), same + 12); ++i) {
                const auto byte = static_cast<unsigned char>(text[i]);
                line += ' ';
                line += hex[byte >> 4];
                line += hex[byte & 15];
            }
            return line;
        };
        out_ += start("body") + terminal_.paint(Color::red, '-' + dump(a)) + '\n';
        out_ += start("body") + terminal_.paint(Color::green, '+' + dump(b)) + '\n';
    }

    DiffStyle style_;
    const cli::Terminal& terminal_;
    std::string out_;
    std::string label_;
    std::size_t where_width_ = 0;
};

}  // namespace

std::string difference_text(const Result& result, DiffStyle style, const cli::Terminal& terminal) {
    return style == DiffStyle::none ? std::string() : Printer(style, terminal).print(result);
}

std::string violation_text(const Result& result) {
    std::string text;
    const auto add = [&](std::string_view label, const std::string& what) {
        text += std::string(margin) + padded(label, label_width) + printable(what) + '\n';
    };
    for (const strict::Violation& broken : result.violations) {
        add("rule", std::string(broken.rule) + ": " + broken.found);
        add("", broken.limit);
        add("fix", std::string(broken.fix));
    }
    return text;
}

}  // namespace turngate::replay
