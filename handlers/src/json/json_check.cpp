// Whether a text is JSON: reading is the check.
#include <limits>
#include <string>

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

}  // namespace

void check_json(std::string_view text, const JsonLimits& limits) {
    std::string copy(text);
    Nothing nothing;
    read_json_in_place({copy.data(), copy.size()}, nothing, limits);
}

bool is_json(std::string_view text) {
    try {
        check_json(text, {.depth = std::numeric_limits<int>::max(), .size = text.size()});
        return true;
    } catch (const JsonError&) {
        return false;
    }
}

}  // namespace turngate
