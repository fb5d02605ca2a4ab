// The reader and Json agree; what is accepted is UTF-8, keeps its skipped bytes and its meaning
// through printing; what the writer prints is JSON, whatever it is given.
// covers: handlers/src/json/json.cpp
// covers: handlers/src/json/json_parse.cpp
// covers: handlers/src/json/json_reader.cpp
// covers: handlers/src/json/json_writer.cpp
// covers: handlers/src/json/plain_text.h
// covers: handlers/src/json/rapid.h
#include <cstdint>
#include <cstdlib>
#include <optional>

#include <turngate/http/encoding.h>
#include <turngate/json/json.h>
#include <turngate/json/json_writer.h>

using namespace turngate;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// Prints what it is told; members are skipped, and printed from the bytes left, if `skipping`.
class Printer final : public JsonVisitor {
  public:
    Printer(const std::string& text, bool skipping) : text_(text), skipping_(skipping) {}

    bool on_key(std::string_view name, std::size_t end) override {
        advance(end);
        writer_.key(name);
        return !skipping_;
    }
    void on_null(std::size_t end) override { advance(end), writer_.null(); }
    void on_boolean(bool value, std::size_t end) override { advance(end), writer_.boolean(value); }
    void on_number(std::string_view digits, std::size_t end) override {
        advance(end), writer_.raw(digits);
    }
    void on_string(std::string_view value, std::size_t end) override {
        advance(end);
        require(is_utf8(value));
        writer_.string(value);
    }
    void on_begin_object(std::size_t end) override { advance(end), writer_.begin_object(); }
    void on_end_object(std::size_t end) override { advance(end), writer_.end_object(); }
    void on_begin_array(std::size_t end) override { advance(end), writer_.begin_array(); }
    void on_end_array(std::size_t end) override { advance(end), writer_.end_array(); }
    void on_skipped(std::size_t begin, std::size_t end) override {
        require(begin < end);
        advance(end);
        writer_.raw(std::string_view(text_).substr(begin, end - begin));
    }

    std::string printed;

  private:
    void advance(std::size_t end) {
        require(end > end_ && end <= text_.size());
        end_ = end;
    }

    const std::string& text_;
    bool skipping_;
    std::size_t end_ = 0;
    JsonWriter writer_{printed};
};

std::optional<std::string> read(std::string text, bool skipping) {
    Printer printer(text, skipping);
    try {
        read_json_in_place(text, printer);
    } catch (const JsonError&) {
        return std::nullopt;
    }
    return std::move(printer.printed);
}

std::optional<Json> parse(std::string_view text) {
    try {
        return Json::parse(text, {}, DuplicateNames::keep_last);
    } catch (const JsonError&) {
        return std::nullopt;
    }
}

void check_reader(const std::string& text) {
    const auto whole = read(text, false), skipped = read(text, true);
    require(whole.has_value() == skipped.has_value());
    const auto value = parse(text);
    if (!whole) {
        require(!value);
        return;
    }
    require(is_utf8(*whole) && is_utf8(*skipped));
    if (!value) return;  // a number beyond double
    require(parse(*whole) == value && parse(*skipped) == value);
    require(parse(value->dump()) == value && parse(value->dump(2)) == value);
    require(parse(value->dump())->dump() == value->dump());
}

void check_writer(const std::string& bytes) {
    std::string text;
    JsonWriter out(text);
    out.begin_object()
        .key("")
        .string(bytes)
        .key("a" + bytes)
        .begin_array()
        .end_array()
        .end_object();
    const Json json = Json::parse(text, {.size = text.size()});
    if (is_utf8(bytes)) require(*json[""].string() == bytes && json.find("a" + bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    check_reader(bytes);
    check_writer(bytes);
    if (const auto json = parse("{}")) {
        try {
            json->at_pointer(bytes);
        } catch (const JsonError&) {
        }
    }
    return 0;
}
