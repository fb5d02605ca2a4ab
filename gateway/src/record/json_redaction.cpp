// JSON text with values taken out of it.
#include "record/json_redaction.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "replay/json_tree.h"
#include "replay/placeholders.h"
#include <turngate/json/json_reader.h>

namespace turngate::recording {
namespace {

using replay::PathSegment;

constexpr std::size_t most_pointers = 100;

class Redactor final : public JsonVisitor {
  public:
    Redactor(std::string_view text, const std::vector<PointerRule>& rules, const Secrets& secrets,
             const InPlace& in_place, std::string_view word)
        : text_(text), rules_(rules), secrets_(secrets), in_place_(in_place), word_(word) {
        if (text_.starts_with("\xEF\xBB\xBF")) last_ = 3;
    }

    bool on_key(std::string_view name, std::size_t end) override {
        path_.back().key = name;
        if (!hidden_ && secrets_.stand_in(name)) {
            splice(begin_of_token(), end, without(name));
            note({});  // the pointers to it have its old name
        }
        last_ = end;
        return true;
    }
    void on_null(std::size_t end) override { scalar({}, end); }
    void on_boolean(bool, std::size_t end) override { scalar({}, end); }
    void on_number(std::string_view digits, std::size_t end) override { scalar(digits, end); }
    void on_string(std::string_view value, std::size_t end) override {
        if (!hidden_ && replay::is_placeholder(value)) {  // no secret, and to be filled in
            note_rules();
            last_ = end;
            return next_item();
        }
        if (in_place_ && !hidden_ && !rule_here()) {
            if (const auto instead = in_place_(path_, value)) {
                splice(begin_of_token(), end, *instead);
                last_ = end;
                return next_item();
            }
        }
        if (!hidden_ && !rule_here() && secrets_.is_echo(value)) {
            splice(begin_of_token(), end, std::string(redacted));
            note("/body/json" + replay::pointer_text(path_));
            last_ = end;
            return next_item();
        }
        scalar(value, end);
    }
    void on_begin_object(std::size_t end) override { open(false, end); }
    void on_begin_array(std::size_t end) override { open(true, end); }
    void on_end_object(std::size_t end) override { close(end); }
    void on_end_array(std::size_t end) override { close(end); }
    void on_skipped(std::size_t, std::size_t) override {}

    RedactedJson result() && {
        result_.text.append(text_.substr(done_));
        return std::move(result_);
    }

  private:
    // The token that ends the call stands behind the last one, white space and punctuation.
    std::size_t begin_of_token() const {
        return std::min(text_.find_first_not_of(" \t\r\n,:", last_), text_.size());
    }

    const PointerRule* rule_here() const {
        const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const PointerRule& each) {
            return each.values.body() || each.values.covers(path_);
        });
        return rule == rules_.end() ? nullptr : &*rule;
    }

    void scalar(std::string_view value, std::size_t end) {
        note_rules();
        if (hidden_) {
            take(value);
        } else if (const PointerRule* rule = rule_here()) {
            take(value);
            splice(begin_of_token(), end, std::string(word_));
            note(rule->pointer);
        } else if (secrets_.stand_in(value)) {
            splice(begin_of_token(), end, without(value));
            note("/body/json" + replay::pointer_text(path_));
        }
        last_ = end;
        next_item();
    }

    void open(bool is_array, std::size_t end) {
        note_rules();
        const PointerRule* rule = hidden_ ? nullptr : rule_here();
        if (rule) {
            hidden_ = path_.size() + 1;
            begin_ = end - 1;
            note(rule->pointer);
        }
        path_.push_back({{}, 0, is_array});
        last_ = end;
    }

    void close(std::size_t end) {
        path_.pop_back();
        if (hidden_ == path_.size() + 1) {
            splice(begin_, end, std::string(word_));
            hidden_ = 0;
        }
        last_ = end;
        next_item();
    }

    void next_item() {
        if (!path_.empty() && path_.back().is_index) ++path_.back().index;
    }

    std::string without(std::string_view text) const {
        return secrets_.without(text, Secrets::shortest, {.value = word_});
    }

    void take(std::string_view value) {
        if (!value.empty()) result_.values.emplace_back(value);
    }

    void splice(std::size_t begin, std::size_t end, const std::string& value) {
        result_.text.append(text_.substr(done_, begin - done_));
        replay::append_json_string(result_.text, value);
        done_ = end;
        result_.is_changed = true;
    }

    // Whatever becomes of the value here: another rule or an earlier run may have taken it out.
    void note_rules() {
        std::vector<std::string>& all = result_.named;
        for (const PointerRule& rule : rules_)
            if ((rule.values.body() || rule.values.covers(path_)) &&
                std::find(all.begin(), all.end(), rule.pointer) == all.end())
                all.push_back(rule.pointer);
    }

    // An empty pointer is for the whole body.
    void note(std::string pointer) {
        std::vector<std::string>& all = result_.pointers;
        if (pointer.empty() || all.size() == most_pointers) pointer = "/body";
        if (std::find(all.begin(), all.end(), pointer) == all.end())
            all.push_back(std::move(pointer));
    }

    std::string_view text_;
    const std::vector<PointerRule>& rules_;
    const Secrets& secrets_;
    const InPlace& in_place_;
    const std::string_view word_;
    RedactedJson result_;
    std::vector<PathSegment> path_;
    std::size_t last_ = 0;    // behind the last token
    std::size_t done_ = 0;    // what of the text is in the result
    std::size_t hidden_ = 0;  // the depth inside of a container that is taken out; 0: in none
    std::size_t begin_ = 0;   // of that container
};

}  // namespace

std::optional<RedactedJson> redact_json(std::string_view text,
                                        const std::vector<PointerRule>& rules,
                                        const Secrets& secrets, const InPlace& in_place,
                                        std::string_view word) {
    std::string copy(text);
    copy += '\0';
    Redactor redactor(text, rules, secrets, in_place, word);
    try {
        read_json_in_place(std::span(copy.data(), text.size()), redactor,
                           {.depth = std::numeric_limits<int>::max(),
                            .size = std::numeric_limits<std::uint32_t>::max()});
    } catch (const JsonError&) {
        return std::nullopt;
    }
    return std::move(redactor).result();
}

}  // namespace turngate::recording
