// Settings in JSON with comments.
#include <algorithm>
#include <optional>
#include <span>

#include "cli/setting.h"
#include <turngate/json/json_syntax_error.h>

namespace turngate::cli {
namespace {

// What is wrong at a byte of a file: "turngate.jsonc:3:5: ...". Columns are characters of UTF-8.
CommandError syntax_error(const std::string& path, std::string_view text, std::size_t offset,
                          const std::string& problem, const std::string& hint) {
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::string_view on_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
    const auto column = 1 + std::ranges::count_if(on_line, [](char c) {
                            return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
                        });
    return {exit_status::usage,
            path + ':' + std::to_string(line) + ':' + std::to_string(column) + ": " + problem,
            hint};
}

// `text` with blanks in the place of comments and of commas behind a last item, so that every other
// byte stays where it is.
std::string plain_json(std::string_view text, const std::string& path) {
    std::string out(text);
    std::optional<std::size_t> comma;  // behind a value, and nothing but blanks behind it so far
    char before = '{';                 // the last byte that is no blank
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char c = out[i];
        if (c == '"') {
            comma.reset();
            before = c;
            for (++i; i < out.size() && out[i] != '"'; ++i)
                if (out[i] == '\\') ++i;
        } else if (c == '/' && (text.substr(i, 2) == "//" || text.substr(i, 2) == "/*")) {
            const bool is_line = text[i + 1] == '/';
            const auto found = is_line ? text.find('\n', i) : text.find("*/", i + 2);
            if (!is_line && found == text.npos)
                throw syntax_error(path, text, i, "a comment that does not end", "write */");
            const std::size_t end = std::min(text.size(), is_line ? found : found + 2);
            std::replace_if(
                out.begin() + static_cast<std::ptrdiff_t>(i),
                out.begin() + static_cast<std::ptrdiff_t>(end), [](char b) { return b != '\n'; },
                ' ');
            i = end - 1;
        } else if (c == ',') {
            if (before != '{' && before != '[' && before != ',') comma = i;
            before = c;
        } else if ((c == '}' || c == ']') && comma) {
            out[*comma] = ' ';
            comma.reset();
            before = c;
        } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            comma.reset();
            before = c;
        }
    }
    return out;
}

class Reader final : public JsonVisitor {
  public:
    Reader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

    bool on_key(std::string_view name, std::size_t end) override {
        const auto& members = open_.back()->members;
        if (std::any_of(members.begin(), members.end(),
                        [&](const auto& member) { return member.first == name; }))
            throw setting_error(path_, line_at(end), '"' + std::string(name) + "\" is given twice",
                                "leave one of them out");
        name_ = name;
        return true;
    }
    void on_null(std::size_t end) override {
        throw setting_error(path_, line_at(end), "null is no setting", "leave it out");
    }
    void on_boolean(bool value, std::size_t end) override {
        add({Setting::Kind::boolean, value ? "true" : "false"}, end);
    }
    void on_number(std::string_view digits, std::size_t end) override {
        add({Setting::Kind::number, std::string(digits)}, end);
    }
    void on_string(std::string_view value, std::size_t end) override {
        add({Setting::Kind::text, std::string(value)}, end);
    }
    void on_begin_object(std::size_t end) override {
        open_.push_back(&add({Setting::Kind::table}, end));
    }
    void on_begin_array(std::size_t end) override {
        open_.push_back(&add({Setting::Kind::list}, end));
    }
    void on_end_object(std::size_t) override { open_.pop_back(); }
    void on_end_array(std::size_t) override { open_.pop_back(); }
    void on_skipped(std::size_t, std::size_t) override {}

    Setting take() { return std::move(root_); }

  private:
    // Tokens come in their order, so that lines are counted once.
    std::size_t line_at(std::size_t end) {
        const auto from = text_.begin() + static_cast<std::ptrdiff_t>(counted_);
        line_ += static_cast<std::size_t>(
            std::count(from, text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
        counted_ = end;
        return line_;
    }

    // What is open is the last of what is around it, so that it stays where it is.
    Setting& add(Setting setting, std::size_t end) {
        setting.line = line_at(end);
        if (open_.empty()) return root_ = std::move(setting);
        Setting& around = *open_.back();
        if (around.kind == Setting::Kind::list)
            return around.items.emplace_back(std::move(setting));
        return around.members.emplace_back(name_, std::move(setting)).second;
    }

    std::string_view text_;
    const std::string& path_;
    Setting root_;
    std::vector<Setting*> open_;
    std::string name_;
    std::size_t counted_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

Setting read_jsonc(std::string_view text, const std::string& path) {
    std::string copy = plain_json(text, path);
    copy += '\0';
    Reader reader(text, path);
    try {
        read_json_in_place(std::span(copy.data(), text.size()), reader);
    } catch (const JsonSyntaxError& e) {
        throw syntax_error(path, text, e.offset(), e.problem(),
                           "write JSON; comments may stand in it, and a comma behind a last item");
    }
    Setting root = reader.take();
    if (root.kind != Setting::Kind::table)
        throw setting_error(path, root.line, "no object", "begin with {");
    return root;
}

CommandError setting_error(const std::string& path, std::size_t line, const std::string& problem,
                           const std::string& hint) {
    return {exit_status::usage, path + ':' + std::to_string(line) + ": " + problem, hint};
}

}  // namespace turngate::cli
