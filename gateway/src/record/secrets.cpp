// Values that were taken out of a call.
#include "record/secrets.h"

#include <algorithm>
#include <utility>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate::recording {
namespace {

bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `word` in `text` from `at` on, with neither a letter nor a digit around it.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t at) noexcept {
    for (; (at = text.find(word, at)) != text.npos; ++at) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_word_byte(text[at - 1])) &&
            (end == text.size() || !is_word_byte(text[end])))
            return at;
    }
    return text.npos;
}

// A text of which parts have been replaced: in what stands there now nothing is looked for.
class Pieces {
  public:
    explicit Pieces(std::string_view text) : all_{{text, false}} {}

    // `find` tells where the first `value` is in a text.
    template <class Find>
    void replace(std::string_view value, std::string_view in_place, Find find) {
        std::vector<Piece> result;
        for (const Piece& piece : all_) {
            std::string_view text = piece.text;
            const auto next = [&] { return piece.is_done ? text.npos : find(text, value); };
            for (auto at = next(); at != text.npos; at = next()) {
                result.push_back({text.substr(0, at), false});
                result.push_back({in_place, true});
                text.remove_prefix(at + value.size());
            }
            result.push_back({text, piece.is_done});
        }
        all_ = std::move(result);
    }

    std::string text() const {
        std::string out;
        for (const Piece& piece : all_)
            out += piece.text;
        return out;
    }

  private:
    struct Piece {
        std::string_view text;
        bool is_done;
    };
    std::vector<Piece> all_;
};

}  // namespace

void Secrets::add(std::string_view value) {
    add_all(value, false);
    if (const auto space = value.find(' '); space != value.npos)
        add_all(value.substr(space + 1), true);
}

void Secrets::add_all(std::string_view value, bool is_part) {
    add_one(std::string(value), is_part ? Kind::part : Kind::value);
    const Kind kind = is_part ? Kind::part : Kind::spelling;
    add_one(percent_encode(value), kind);
    add_one(percent_encode(value, true), kind);
    add_one(percent_decode(value, true), kind);
}

void Secrets::add_echo(std::string_view prefix, std::string_view value) {
    if (value.empty() || value == redacted || !wholes_.emplace(value).second) return;
    if (!prefix.empty()) echoes_.push_back(std::string(prefix).append(value));
}

void Secrets::add_one(std::string text, Kind kind) {
    const bool is_blank = text.find_first_not_of(" \t") == text.npos;
    if (text.size() < shortest || is_blank || text == redacted) return;
    const auto place = std::find_if(values_.begin(), values_.end(), [&](const Secret& other) {
        return other.text.size() <= text.size();
    });
    if (std::any_of(place, values_.end(), [&](const Secret& other) { return other.text == text; }))
        return;
    if (values_.size() == most) throw Error("it has too many values that are to be redacted");
    values_.insert(place, {std::move(text), kind});
}

bool Secrets::stand_in(std::string_view text, std::size_t least) const noexcept {
    return std::any_of(values_.begin(), values_.end(),
                       [&](const Secret& secret) {
                           return secret.text.size() >= least &&
                                  text.find(secret.text) != text.npos;
                       }) ||
           std::any_of(echoes_.begin(), echoes_.end(), [&](const std::string& echo) {
               return find_word(text, echo, 0) != text.npos;
           });
}

std::string Secrets::without(std::string_view text, std::size_t least,
                             const InPlaceOfSecrets& in_place) const {
    Pieces pieces(text);
    for (const auto& [secret, kind] : values_)
        if (secret.size() >= least)
            pieces.replace(
                secret,
                kind == Kind::value      ? in_place.value
                : kind == Kind::spelling ? in_place.spelling
                                         : redacted,
                [](std::string_view in, std::string_view value) { return in.find(value); });
    for (const std::string& echo : echoes_)
        pieces.replace(echo, redacted, [](std::string_view in, std::string_view value) {
            return find_word(in, value, 0);
        });
    return pieces.text();
}

}  // namespace turngate::recording
