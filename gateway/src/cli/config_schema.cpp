// The JSON Schema of configuration files.
#include <algorithm>
#include <limits>

#include "cli/completion.h"
#include "cli/configuration.h"
#include "cli/listen_options.h"
#include "cli/schemas.h"
#include <turngate/json/json_writer.h>

namespace turngate::cli {
namespace {

std::string key_of(std::string_view name) {
    std::string key(name);
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

// The members that say which values one can be, without what is around them.
void one_value(JsonWriter& json, const Option& option) {
    constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();
    switch (option.kind) {
        case Value::none:
            json.key("type").string("boolean");
            break;
        case Value::number:
            json.key("type").string("integer").key("minimum").integer(option.minimum);
            if (option.maximum != unlimited) json.key("maximum").integer(option.maximum);
            break;
        case Value::choice:
            json.key("enum").begin_array();
            for (const std::string_view choice : option.choices())
                json.string(choice);
            json.end_array();
            break;
        case Value::size:
            json.key("type").begin_array().string("string").string("integer").end_array();
            break;
        case Value::text:
        case Value::duration:
            json.key("type").string("string");
            break;
    }
}

void option_schema(JsonWriter& json, const Option& option) {
    json.key(key_of(option.name)).begin_object().key("description").string(option.help);
    if (!option.fallback.empty()) json.key("default").string(option.fallback);
    const bool is_list = option.repeatable && option.kind != Value::none;
    if (!is_list && !option.optional) {
        one_value(json, option);
        json.end_object();
        return;
    }
    json.key("anyOf").begin_array().begin_object();
    one_value(json, option);
    json.end_object();
    if (is_list) {
        json.begin_object().key("type").string("array").key("items").begin_object();
        one_value(json, option);
        json.end_object().end_object();
    }
    if (option.optional) json.begin_object().key("type").string("boolean").end_object();
    json.end_array().end_object();
}

// "additionalProperties": false and the rest that a table has.
template <class Write>
void table_schema(JsonWriter& json, Write properties) {
    json.key("type").string("object").key("additionalProperties").boolean(false);
    json.key("properties").begin_object();
    properties();
    json.end_object();
}

void options_schema(JsonWriter& json, std::span<const Option> options) {
    table_schema(json, [&] {
        for (const Option& option : options)
            option_schema(json, option);
    });
}

class Writer {
  public:
    Writer(std::span<const Command* const> commands, std::span<const Option> globals)
        : commands_(commands), globals_(globals) {}

    std::string write() {
        json_.begin_object();
        json_.key("$schema").string("http://json-schema.org/draft-07/schema#");
        json_.key("title").string("turngate.toml");
        table_schema(json_, [&] {
            json_.key("$schema").begin_object().key("type").string("string").end_object();
            settings();
            json_.key("profile")
                .begin_object()
                .key("description")
                .string("settings by their names for -x");
            json_.key("type").string("object").key("additionalProperties").begin_object();
            json_.key("$ref").string("#/definitions/profile").end_object().end_object();
        });
        json_.key("definitions").begin_object();
        json_.key("profile").begin_object();
        table_schema(json_, [&] { settings(); });
        json_.end_object();
        json_.key("limits").begin_object();
        json_.key("description").string("of every command that listens");
        options_schema(json_, limit_options);
        json_.end_object();
        for (const NextWord& next : words())
            command(next);
        json_.end_object().end_object();
        return std::move(text_) + '\n';
    }

  private:
    // The first words of commands that read files.
    std::vector<NextWord> words() const {
        std::vector<const Command*> reading;
        std::copy_if(commands_.begin(), commands_.end(), std::back_inserter(reading),
                     [](const Command* each) { return reads_configuration(*each); });
        return next_words(reading, "");
    }

    void settings() {
        json_.key("target").begin_object();
        json_.key("description").string("the HANDLER of commands that have none of their own");
        json_.key("type").string("string").end_object();
        json_.key("events").begin_object();
        json_.key("description").string("what is replayed if nothing is named");
        json_.key("anyOf").begin_array();
        json_.begin_object().key("type").string("string").end_object();
        json_.begin_object().key("type").string("array").key("items");
        json_.begin_object().key("type").string("string").end_object();
        json_.end_object().end_array().end_object();
        for (const Option& option : globals_)
            if (is_configurable(option)) option_schema(json_, option);
        refer("limits");
        for (const NextWord& next : words())
            refer(key_of(next.word));
    }

    void refer(const std::string& name) {
        json_.key(name).begin_object().key("$ref").string("#/definitions/" + name).end_object();
    }

    void command(const NextWord& next) {
        json_.key(key_of(next.word)).begin_object();
        if (!next.is_group) {
            json_.key("description").string(next.summary);
            options_schema(json_, named(std::string(next.word)).options);
        } else {
            table_schema(json_, [&] {
                for (const NextWord& second : next_words(commands_, next.word)) {
                    const std::string name =
                        std::string(next.word) + ' ' + std::string(second.word);
                    json_.key(key_of(second.word)).begin_object();
                    json_.key("description").string(second.summary);
                    options_schema(json_, named(name).options);
                    json_.end_object();
                }
            });
        }
        json_.end_object();
    }

    const Command& named(const std::string& name) const {
        return **std::find_if(commands_.begin(), commands_.end(),
                              [&](const Command* each) { return each->name == name; });
    }

    std::span<const Command* const> commands_;
    std::span<const Option> globals_;
    std::string text_;
    JsonWriter json_{text_, 2};
};

}  // namespace

std::string config_schema(std::span<const Command* const> commands,
                          std::span<const Option> globals) {
    return Writer(commands, globals).write();
}

}  // namespace turngate::cli
