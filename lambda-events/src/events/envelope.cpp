// Fills an Envelope from the tokens of its text.
#include "envelope.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "key_filter.h"
#include "member_table.h"
#include <turngate/json/json.h>
#include <turngate/json/json_reader.h>

namespace turngate::events {
namespace {

constexpr int depth_limit = 64;

// The members that have entries, in the order of Envelope::ranges_.
constexpr std::size_t map_index(Member member) noexcept {
    switch (member) {
        case Member::headers:
            return 0;
        case Member::multi_value_headers:
            return 1;
        case Member::query_string_parameters:
            return 2;
        case Member::multi_value_query_string_parameters:
            return 3;
        case Member::lattice_query_string_parameters:
            return 4;
        case Member::cookies:
            return 5;
        default:
            return 6;
    }
}

// Throws if two keys of one map are equal. The elements of a list share theirs.
void check_twins(const Place& place, Member map, const Entry* first, const Entry* last) {
    KeyFilter filter;
    bool is_suspect = false;
    const char* list = nullptr;
    for (const Entry* entry = first; entry != last; ++entry)
        if (std::exchange(list, entry->key.data()) != entry->key.data())
            is_suspect |= filter.add(name_hash(entry->key), 0);
    if (!is_suspect) return;
    std::vector<std::string_view> keys;
    for (const Entry* entry = first; entry != last; ++entry)
        if (keys.empty() || keys.back().data() != entry->key.data()) keys.push_back(entry->key);
    const std::string_view twin = find_twin(std::move(keys));
    if (!twin.data()) return;
    const Entry* at = std::find_if(
        first, last, [&](const Entry& entry) { return entry.key.data() == twin.data(); });
    place.refuse(member_of(name(map), twin), "stands twice", at->value.begin);
}

}  // namespace

std::string_view article_name(Kind kind) noexcept {
    constexpr std::string_view names[] = {"nothing",  "null",      "a boolean", "a number",
                                          "a string", "an object", "an array"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view name(Member member) noexcept {
    return member_infos[static_cast<std::size_t>(member)].path;
}

std::string member_of(std::string_view map, std::string_view key) {
    return std::string(map) + '.' + std::string(key);
}

std::string member_of(std::string_view map, const Entry& entry) {
    std::string member = entry.key.data() ? member_of(map, entry.key) : std::string(map);
    if (entry.value.listed) member += '[' + std::to_string(entry.value.index) + ']';
    return member;
}

Envelope::Entries Envelope::entries(Member member) const noexcept {
    const Range& range = ranges_[map_index(member)];
    return {entries_.data() + range.first, entries_.data() + range.last};
}

class Envelope::Reader final : public JsonVisitor {
  public:
    explicit Reader(Envelope& envelope) : out_(envelope) {}

    bool on_key(std::string_view key, std::size_t) override {
        if (ignored_ > 0) return is_watching_ && watch(name_hash(key), objects_[ignored_]);
        const Scope where = scope();
        if (where == Scope::map) {
            key_ = key;
            return true;
        }
        const std::uint64_t hash = name_hash(key);
        target_ = member_table.find(where, key, hash);
        if (!target_) return is_context(where) && watch(hash, static_cast<std::uint32_t>(where));
        if (value().kind != Kind::absent)
            out_.place_.refuse(target_->path, "stands twice", offset(key));
        return !target_->skipped;
    }

    void on_skipped(std::size_t begin, std::size_t end) override {
        if (!target_ || ignored_ > 0) return;
        std::string_view text = out_.text_.substr(0, end);
        begin = std::min(text.find_first_not_of(" \t\r\n:", begin), end);
        Kind kind = Kind::number;
        switch (begin < end ? text[begin] : '0') {
            case '{':
                kind = Kind::object;
                break;
            case '[':
                kind = Kind::array;
                break;
            case '"':
                kind = Kind::string;
                break;
            case 'n':
                kind = Kind::null;
                break;
            case 't':
            case 'f':
                kind = Kind::boolean;
                break;
            default:
                break;
        }
        put({kind, false, false, narrow(begin), narrow(end), 0, {}});
    }

    void on_null(std::size_t end) override {
        if (!is_passed_over()) put({Kind::null, false, false, narrow(end - 4), narrow(end), 0, {}});
    }
    void on_boolean(bool value, std::size_t end) override {
        if (is_passed_over()) return;
        put({Kind::boolean, value, false, narrow(end - (value ? 4 : 5)), narrow(end), 0, {}});
    }
    void on_number(std::string_view digits, std::size_t end) override {
        if (is_watched()) check_range(digits);
        if (is_passed_over()) return;
        put({Kind::number, false, false, narrow(end - digits.size()), narrow(end), 0, digits});
    }
    void on_string(std::string_view text, std::size_t end) override {
        if (!is_passed_over())
            put({Kind::string, false, false, offset(text), narrow(end), 0, text});
    }

    void on_begin_object(std::size_t end) override { begin(Kind::object, end); }
    void on_begin_array(std::size_t end) override { begin(Kind::array, end); }
    void on_end_object(std::size_t end) override { finish(end); }
    void on_end_array(std::size_t end) override { finish(end); }

  private:
    struct Level {
        Scope scope;
        const MemberInfo* owner;  // the member whose value this is; null at the top
        std::uint32_t entries;    // how many there were before
    };

    static std::uint32_t narrow(std::size_t n) noexcept { return static_cast<std::uint32_t>(n); }
    // Of the opening quote: strings are unescaped where they stand.
    std::uint32_t offset(std::string_view text) const noexcept {
        return narrow(static_cast<std::size_t>(text.data() - out_.buffer_.get()) - 1);
    }
    static bool is_context(Scope scope) noexcept {
        return scope == Scope::context || scope == Scope::http || scope == Scope::identity;
    }
    // True if the value that comes next is part of one that somebody may parse later.
    bool is_watched() const noexcept {
        return is_watching_ || is_context(scope()) || (target_ && target_->watched);
    }
    bool watch(std::uint64_t name, std::uint32_t object) noexcept {
        out_.is_suspect_ |= filter_.add(name, object);
        return true;
    }
    // Every number of so few characters without an exponent is a double.
    void check_range(std::string_view digits) noexcept {
        constexpr std::size_t longest = 300;
        out_.is_suspect_ |=
            digits.size() > longest ||
            std::any_of(digits.begin(), digits.end(), [](char c) { return (c | 0x20) == 'e'; });
    }

    Scope scope() const noexcept { return depth_ == 0 ? Scope::none : levels_[depth_ - 1].scope; }
    Value& value() noexcept { return out_.values_[static_cast<std::size_t>(target_->member)]; }

    // True if the value that comes next is part of one that is passed over, or a member that only
    // is_watched().
    bool is_passed_over() const noexcept { return ignored_ > 0 || (!target_ && depth_ > 0); }

    void add(const Value& value_in) {
        if (out_.entries_.size() == most_entries)
            out_.place_.refuse(member_of(target_->path, {key_, value_in}),
                               "more than " + std::to_string(most_entries) +
                                   " header fields, query parameters and cookies in one event; "
                                   "send fewer",
                               value_in.begin);
        out_.entries_.push_back({key_, value_in});
    }

    // Stores a value where the scope says.
    void put(const Value& value_in) {
        switch (scope()) {
            case Scope::none:
                out_.root_ = value_in;
                break;
            case Scope::map:
                add(value_in);
                break;
            case Scope::list: {
                Value element = value_in;
                element.listed = true;
                element.index = narrow(out_.entries_.size()) - levels_[depth_ - 1].entries;
                add(element);
                break;
            }
            case Scope::records:
                if (!std::exchange(first_record_, false) &&
                    out_.second_record_.kind == Kind::absent)
                    out_.second_record_ = value_in;
                break;
            default:
                value() = value_in;
        }
    }

    void begin(Kind kind, std::size_t end) {
        if (ignored_ > 0) {
            ++ignored_;
            if (is_watching_) objects_[ignored_] = ++last_object_;
            return;
        }
        Scope inside = Scope::none;
        switch (scope()) {
            case Scope::none:
                inside = kind == Kind::object ? Scope::top : Scope::none;
                break;
            case Scope::map:
                inside = kind == Kind::array ? Scope::list : Scope::none;
                break;
            case Scope::list:
                break;
            case Scope::records:
                if (kind == Kind::object && first_record_) inside = Scope::record;
                break;
            default: {
                if (!target_) break;
                bool wants_list =
                    target_->inside == Scope::list || target_->inside == Scope::records;
                if (wants_list == (kind == Kind::array)) inside = target_->inside;
            }
        }
        bool keeps_value = scope() != Scope::map || inside == Scope::none;
        if (keeps_value && !is_passed_over())
            put({kind, false, false, narrow(end - 1), narrow(end), 0, {}});
        if (inside == Scope::none) {
            is_watching_ = is_watched();
            ignored_ = 1;
            objects_[1] = ++last_object_;
            return;
        }
        if (inside == Scope::map || scope() == Scope::top) key_ = {};
        levels_[depth_++] = {inside, target_, narrow(out_.entries_.size())};
    }

    void finish(std::size_t end) {
        if (ignored_ > 0) {
            if (--ignored_ > 0) return;
            is_watching_ = false;
            close(scope(), target_, end);
            return;
        }
        Level level = levels_[--depth_];
        target_ = level.owner;
        if (level.scope == Scope::list && scope() == Scope::map) {
            if (out_.entries_.size() == level.entries)
                add({Kind::absent, false, true, narrow(end), narrow(end), 0, {}});
            return;
        }
        if (level.scope == Scope::map || level.scope == Scope::list) {
            Range range{level.entries, narrow(out_.entries_.size())};
            out_.ranges_[map_index(target_->member)] = range;
            if (level.scope == Scope::map)
                check_twins(out_.place_, target_->member, out_.entries_.data() + range.first,
                            out_.entries_.data() + range.last);
        }
        close(scope(), target_, end);
    }

    // Notes where an object or array ended that put() stored.
    void close(Scope where, const MemberInfo* owner, std::size_t end) {
        switch (where) {
            case Scope::none:
                out_.root_.end = narrow(end);
                break;
            case Scope::map:
            case Scope::list:
                out_.entries_.back().value.end = narrow(end);
                break;
            case Scope::records:
                break;
            default:
                if (owner) out_.values_[static_cast<std::size_t>(owner->member)].end = narrow(end);
        }
    }

    Envelope& out_;
    const MemberInfo* target_ = nullptr;  // whose value comes next
    std::string_view key_;                // in a map
    Level levels_[8] = {};                // top, a member, ..., a list: never deeper than the table
    std::size_t depth_ = 0;
    std::size_t ignored_ = 0;  // open objects and arrays of a value that is passed over
    bool first_record_ = true;

    bool is_watching_ = false;  // what is passed over is part of what may be parsed later
    KeyFilter filter_;
    std::uint32_t objects_[depth_limit + 1];  // numbers of the open ones that are passed over
    std::uint32_t last_object_ = static_cast<std::uint32_t>(Scope::records);
};

Envelope::Envelope(std::string_view text, const Place& place)
    : text_(text), place_(place), buffer_(new char[text.size() + 1]) {
    if (!text.empty()) std::memcpy(buffer_.get(), text.data(), text.size());
    entries_.reserve(64);
    Reader reader(*this);
    const JsonLimits limits{.depth = depth_limit, .size = std::max(text.size(), std::size_t{1})};
    try {
        read_json_in_place({buffer_.get(), text.size()}, reader, limits);
    } catch (const JsonError& e) {
        std::string_view what = e.what();
        if (place.prefix.empty() || !what.starts_with("bad JSON")) throw;
        throw JsonError(std::string(place.prefix) + ": " + std::string(what));
    }
}

}  // namespace turngate::events
