// What the scripts of all shells have in common.
#include "cli/completion.h"

#include <algorithm>

namespace turngate::cli {
namespace {

bool names(std::string_view placeholder, std::string_view what) {
    return placeholder.find(what) != std::string_view::npos;
}

}  // namespace

Offer Offer::value_of(const Option& option) {
    if (option.kind == Value::choice) return {.kind = Kind::words, .words = option.choices()};
    std::string_view placeholder = option.value;
    Offer offer;
    if (const auto equals = placeholder.find('='); equals != std::string_view::npos) {
        offer.after_equals = true;
        placeholder.remove_prefix(equals + 1);
    }
    if (placeholder == "FILE" || placeholder == "PROGRAM") offer.kind = Kind::files;
    if (placeholder == "DIR") offer.kind = Kind::directories;
    if (placeholder == "HANDLER") offer.kind = Kind::handler;
    return offer;
}

Offer Offer::operands_of(const Command& command) {
    if (command.choices) return {.kind = Kind::words, .words = command.choices()};
    const std::string_view operands = command.operands;
    Offer offer;
    if (operands.starts_with("-- PROGRAM"))
        offer.kind = Kind::program;
    else if (names(operands, "COMMAND"))
        offer.kind = Kind::commands;
    else if (names(operands, "HANDLER") || operands == "FCGI-URI")
        offer.kind = Kind::handler;
    else if (names(operands, "FILE") || names(operands, "FOLDER"))
        offer.kind = Kind::files;
    return offer;
}

std::span<const std::string_view> handler_schemes() {
    static constexpr std::string_view schemes[] = {
        "cgi:",           "cgi-dir:", "fcgi:",      "fcgi:spawn:", "fcgi:unix:",
        "files:",         "http://",  "http+unix:", "http:spawn:", "https://",
        "invoke:http://", "lambda:",  "plugin:"};
    return schemes;
}

std::vector<NextWord> next_words(std::span<const Command* const> commands, std::string_view group) {
    std::vector<NextWord> words;
    for (const Command* command : commands) {
        std::string_view name = command->name;
        if (!group.empty()) {
            if (name.size() <= group.size() || !name.starts_with(group) ||
                name[group.size()] != ' ')
                continue;
            name.remove_prefix(group.size() + 1);
        }
        const std::string_view word = name.substr(0, name.find(' '));
        const bool is_group = word.size() < name.size();
        const bool known = std::any_of(words.begin(), words.end(),
                                       [&](const NextWord& other) { return other.word == word; });
        if (!known)
            words.push_back({word, is_group ? "several commands" : command->summary, is_group});
    }
    return words;
}

std::string function_name(std::string_view program) {
    std::string name = "_";
    for (const char c : program) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name += plain ? c : '_';
    }
    return name;
}

std::string filled(std::string_view text,
                   std::span<const std::pair<std::string_view, std::string>> names) {
    std::string result;
    while (!text.empty()) {
        const auto begin = text.find('@');
        result += text.substr(0, begin);
        if (begin == std::string_view::npos) break;
        text.remove_prefix(begin);
        const auto end = text.find('@', 1);
        const std::string_view name = end == std::string_view::npos ? "" : text.substr(1, end - 1);
        const auto found = std::find_if(names.begin(), names.end(),
                                        [&](const auto& pair) { return pair.first == name; });
        if (found == names.end()) {
            result += '@';
            text.remove_prefix(1);
        } else {
            result += found->second;
            text.remove_prefix(end + 1);
        }
    }
    return result;
}

}  // namespace turngate::cli
