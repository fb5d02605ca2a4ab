// From a configuration file to options of commands.
#include <algorithm>
#include <iterator>

#include "cli/completion.h"
#include "cli/configuration.h"
#include "cli/listen_options.h"
#include "cli/parse.h"
#include "cli/relocated.h"
#include <turngate/handlers/spelling.h>

namespace turngate::cli {
namespace {

using Kind = Setting::Kind;

std::string key_of(std::string_view name) {
    std::string key(name);
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

// Either spelling.
bool is_key(std::string_view key, std::string_view name) {
    return key == name || key == key_of(name);
}

template <class Options>
const Option* named(const Options& options, std::string_view key) {
    const auto found = std::find_if(std::begin(options), std::end(options),
                                    [&](const Option& option) { return is_key(key, option.name); });
    return found == std::end(options) ? nullptr : &*found;
}

}  // namespace

// One file, or one of its profiles.
class Configuration::Layer {
  public:
    Layer(Configuration& all, const std::string& path, const std::string& before)
        : all_(all), path_(path), before_(before), rank_(++all.layers_) {}

    void read(const Setting& table, const std::string& prefix, bool is_file) {
        // What is for several commands is weaker than what is for one.
        for (const auto& [key, value] : table.members)
            if (key == "limits") limits(value, prefix + key);
        for (const auto& [key, value] : table.members)
            if (key == "target" || key == "events") operand(key, value, prefix + key);
        for (const auto& [key, value] : table.members) {
            if (key == "limits" || key == "target" || key == "events" || key == "$schema") continue;
            if (is_file && key == "profile") continue;
            const std::string name = prefix + key;
            const Option* global = named(all_.globals_, key);
            if (global && is_configurable(*global))
                set("", *global, value, name);
            else if (!command(key, value, name))
                unknown(key, value, name, known(is_file));
        }
    }

    void expect_table(const Setting& value, const std::string& name) const {
        if (value.kind != Kind::table)
            throw setting_error(path_, value.line, name + " is a table",
                                "write its keys below a line [" + name + "]");
    }

  private:
    [[noreturn]] void unknown(std::string_view key, const Setting& value, const std::string& name,
                              const std::vector<std::string>& known) const {
        const std::vector<std::string_view> words(known.begin(), known.end());
        const std::string_view near = nearest_word(key, words);
        std::string hint;
        for (const std::string_view word : words)
            hint.append(hint.empty() ? "known are: " : " ").append(word);
        throw setting_error(path_, value.line, "unknown key " + name,
                            near.empty() ? hint : "did you mean " + std::string(near) + "?");
    }

    std::vector<std::string> known(bool is_file) const {
        std::vector<std::string> names = {"target", "events", "limits"};
        if (is_file) names.emplace_back("profile");
        for (const Option& option : all_.globals_)
            if (is_configurable(option)) names.push_back(key_of(option.name));
        for (const Command* command : all_.commands_)
            if (std::string word = key_of(command->name.substr(0, command->name.find(' ')));
                reads_configuration(*command) && std::ranges::count(names, word) == 0)
                names.push_back(std::move(word));
        return names;
    }

    void limits(const Setting& table, const std::string& prefix) {
        expect_table(table, prefix);
        for (const auto& [key, value] : table.members) {
            const std::string name = prefix + '.' + key;
            const Option* limit = named(limit_options, key);
            if (!limit) {
                std::vector<std::string> names;
                for (const Option& option : limit_options)
                    names.push_back(key_of(option.name));
                unknown(key, value, name, names);
            }
            for (const Command* command : all_.commands_) {
                // An option of this name may be another one, such as the timeout of a replay.
                const Option* own = named(command->options, limit->name);
                if (own && own->help == limit->help && reads_configuration(*command))
                    set(command->name, *limit, value, name);
            }
        }
    }

    // `target` and `events`: operands of some commands, an option of others.
    void operand(const std::string& key, const Setting& value, const std::string& name) {
        const bool is_list = value.kind == Kind::list && key == "events";
        std::vector<std::string> words;
        if (is_list)
            for (const Setting& item : value.items)
                words.push_back(text_of(item, name));
        else
            words.push_back(text_of(value, name));
        for (const Command* command : all_.commands_) {
            if (!reads_configuration(*command)) continue;
            const Option* option = named(command->options, key);
            if (option && !is_list) set(command->name, *option, value, name);
            if (command->operand_key != key) continue;
            Found found{{}, origin(value, name), rank_};
            for (const std::string& word : words)
                found.values.push_back(relocated(word, Offer::operands_of(*command), before_));
            all_.found_[{std::string(command->name), ""}] = std::move(found);
        }
    }

    // False if it is none of a command.
    bool command(const std::string& key, const Setting& value, const std::string& name) {
        std::vector<std::string> below;  // of a group
        for (const Command* command : all_.commands_) {
            if (!reads_configuration(*command)) continue;
            const std::string_view word = command->name.substr(0, command->name.find(' '));
            if (!is_key(key, word)) continue;
            if (word.size() == command->name.size()) return options(*command, value, name), true;
            below.push_back(key_of(command->name.substr(word.size() + 1)));
        }
        if (below.empty()) return false;
        expect_table(value, name);
        for (const auto& [second, table] : value.members) {
            const Command* command = second_word(key, second);
            if (!command) unknown(second, table, name + '.' + second, below);
            options(*command, table, name + '.' + second);
        }
        return true;
    }

    const Command* second_word(std::string_view group, std::string_view key) const {
        for (const Command* command : all_.commands_) {
            const auto space = command->name.find(' ');
            if (space != command->name.npos && is_key(group, command->name.substr(0, space)) &&
                is_key(key, command->name.substr(space + 1)))
                return command;
        }
        return nullptr;
    }

    void options(const Command& command, const Setting& table, const std::string& prefix) {
        expect_table(table, prefix);
        for (const auto& [key, value] : table.members) {
            const std::string name = prefix + '.' + key;
            const Option* option = named(command.options, key);
            if (!option) {
                std::vector<std::string> names;
                for (const Option& each : command.options)
                    names.push_back(key_of(each.name));
                unknown(key, value, name, names);
            }
            set(command.name, *option, value, name);
        }
    }

    std::string origin(const Setting& value, const std::string& name) const {
        return path_ + ':' + std::to_string(value.line) + ": " + name;
    }

    std::string text_of(const Setting& value, const std::string& name) const {
        if (value.kind == Kind::list || value.kind == Kind::table || value.kind == Kind::boolean)
            throw setting_error(path_, value.line, name + " needs text", "write it between quotes");
        return value.text;
    }

    // What an option gets; none for one that may do without a value and is false.
    std::vector<std::string> values_of(const Option& option, const Setting& value,
                                       const std::string& name) const {
        if (value.kind == Kind::list && option.repeatable && option.kind != Value::none) {
            std::vector<std::string> all;
            for (const Setting& item : value.items)
                all.push_back(text_of(item, name));
            return all;
        }
        if (option.kind == Value::none) {
            if (value.kind != Kind::boolean)
                throw setting_error(path_, value.line, name + " is true or false",
                                    "write it without quotes");
            return {value.text};
        }
        if (option.optional && value.kind == Kind::boolean) {
            if (value.text == "true") return {""};
            const bool has_off = option.choices && std::ranges::count(option.choices(), "off") > 0;
            return has_off ? std::vector<std::string>{"off"} : std::vector<std::string>();
        }
        return {text_of(value, name)};
    }

    void set(std::string_view command, const Option& option, const Setting& value,
             const std::string& name) {
        Found found{values_of(option, value, name), origin(value, name), rank_};
        for (std::string& each : found.values) {
            if (!option.optional || !each.empty()) check_value(option, each, found.origin);
            each = relocated(each, option, before_);
        }
        all_.found_[{std::string(command), std::string(option.name)}] = std::move(found);
    }

    Configuration& all_;
    const std::string& path_;
    const std::string& before_;
    const unsigned rank_;
};

bool Configuration::add(const Setting& file, const std::string& path, const std::string& before,
                        std::string_view profile) {
    Layer layer(*this, path, before);
    layer.read(file, "", true);
    bool is_there = false;
    for (const auto& [key, profiles] : file.members) {
        if (key != "profile") continue;
        layer.expect_table(profiles, key);
        const Configuration own = *this;
        for (const auto& [name, table] : profiles.members) {
            layer.expect_table(table, "profile." + name);
            profiles_.push_back(name);
            // Read all the same, so that a mistake in it is told on the day that it is made.
            Configuration other = own;
            Layer(name == profile ? *this : other, path, before)
                .read(table, "profile." + name + '.', false);
            is_there = is_there || name == profile;
        }
    }
    return is_there;
}

}  // namespace turngate::cli
