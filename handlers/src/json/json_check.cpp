// Whether a text is JSON: reading is the check.
#include <limits>
#include <string>
#include <string_view>

#include <turngate/json/json_reader.h>

namespace turngate {
namespace {

class Nothing final : public JsonVisitor {
    bool on_key(std::string_view, std::size_t) override { return false; }
    void on_null(std::size_t) override {}
    void on_boolean(bool, std::size_t) override {}
    void on_number(std::string_view, std::size_t) override {}
    void on_string(std::string_view, std::size_t) override {}
    void on_begin_object(std::size_t) override {}
    void on_end_object(std::size_t) override {}
    void on_begin_array(std::size_t) override {}
    void on_end_array(std::size_t) override {}
    void on_skipped(std::size_t, std::size_t) override {}
};

// Most of what is no JSON shows it by its first character, and an exception costs more than a look.
bool may_be_json(std::string_view text) noexcept {
    if (text.starts_with("\xEF\xBB\xBF")) return true;
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != text.npos &&
           std::string_view("{[\"-0123456789tfn").find(text[begin]) != std::string_view::npos;
}

}  // namespace

void check_json(std::string_view text, const JsonLimits& limits) {
    std::string copy(text);
    Nothing nothing;
    read_json_in_place({copy.data(), copy.size()}, nothing, limits);
}

bool is_json(std::string_view text) {
    if (!may_be_json(text)) return false;
    try {
        check_json(text, {.depth = std::numeric_limits<int>::max(), .size = text.size()});
        return true;
    } catch (const JsonError&) {
        return false;
    }
}

}  // namespace turngate
