// Refuses, by name and byte, what whoever parses a part of an event later would have to refuse.
#include <string>
#include <vector>

#include "key_filter.h"
#include "tree.h"
#include <turngate/json/json.h>
#include <turngate/json/json_reader.h>

namespace turngate::events {
namespace {

class PartReader final : public JsonVisitor {
  public:
    PartReader(const Place& place, std::string_view member, const Value& value, const char* buffer)
        : place_(place), member_(member), begin_(value.begin), buffer_(buffer) {}

    bool on_key(std::string_view name, std::size_t) override {
        keys_.push_back(name);
        return true;
    }
    void on_number(std::string_view digits, std::size_t end) override {
        next();
        try {
            (void)Json::parse(digits, {.size = digits.size()});
        } catch (const JsonError&) {
            refuse(end - digits.size(), "expected a number that a double can hold");
        }
    }
    void on_null(std::size_t) override { next(); }
    void on_boolean(bool, std::size_t) override { next(); }
    void on_string(std::string_view, std::size_t) override { next(); }
    void on_begin_object(std::size_t) override { open(true); }
    void on_begin_array(std::size_t) override { open(false); }
    void on_end_object(std::size_t) override {
        check_twins();
        keys_.resize(levels_.back().first_key);
        levels_.pop_back();
    }
    void on_end_array(std::size_t) override { levels_.pop_back(); }
    void on_skipped(std::size_t, std::size_t) override {}

  private:
    struct Level {
        bool is_object;
        std::size_t first_key;  // in keys_
        std::size_t items;      // of an array, so far
    };

    void next() {
        if (!levels_.empty()) ++levels_.back().items;
    }
    void open(bool is_object) {
        next();
        levels_.push_back({is_object, keys_.size(), 0});
    }

    void check_twins() {
        const auto first = static_cast<std::ptrdiff_t>(levels_.back().first_key);
        const std::string_view twin = find_twin({keys_.begin() + first, keys_.end()});
        if (!twin.data()) return;
        keys_.back() = twin;
        refuse(static_cast<std::size_t>(twin.data() - buffer_) - 1, "stands twice");
    }

    // "requestContext.authorizer.list[2].name"
    [[noreturn]] void refuse(std::size_t at, std::string_view rule) const {
        std::string path(member_);
        for (std::size_t i = 0; i < levels_.size(); ++i) {
            const std::size_t end =
                i + 1 < levels_.size() ? levels_[i + 1].first_key : keys_.size();
            if (levels_[i].is_object)
                path.append(1, '.').append(keys_[end - 1]);
            else
                path.append(1, '[').append(std::to_string(levels_[i].items - 1)).append(1, ']');
        }
        place_.refuse(path, rule, begin_ + static_cast<std::uint32_t>(at));
    }

    const Place& place_;
    std::string_view member_;
    std::uint32_t begin_;
    const char* buffer_;
    std::vector<Level> levels_;
    std::vector<std::string_view> keys_;  // of all open objects
};

}  // namespace

void check_parts(const Envelope& event, const Value& value, std::string_view member) {
    std::string text(event.raw(value));
    PartReader reader(event.place(), member, value, text.data());
    read_json_in_place(text, reader, {.size = text.size()});
}

}  // namespace turngate::events
