// Settings in TOML.
#include <toml++/toml.h>

#include "cli/setting.h"

namespace turngate::cli {
namespace {

class Reader {
  public:
    explicit Reader(const std::string& path) : path_(path) {}

    Setting value(const toml::node& node) const {
        Setting setting;
        setting.line = node.source().begin.line;
        switch (node.type()) {
            case toml::node_type::table:
                for (const auto& [key, member] : *node.as_table())
                    setting.members.emplace_back(std::string(key.str()), value(member));
                return setting;
            case toml::node_type::array:
                setting.kind = Setting::Kind::list;
                for (const toml::node& item : *node.as_array())
                    setting.items.push_back(value(item));
                return setting;
            case toml::node_type::string:
                setting.kind = Setting::Kind::text;
                setting.text = node.as_string()->get();
                return setting;
            case toml::node_type::integer:
                setting.kind = Setting::Kind::number;
                setting.text = std::to_string(node.as_integer()->get());
                return setting;
            case toml::node_type::boolean:
                setting.kind = Setting::Kind::boolean;
                setting.text = node.as_boolean()->get() ? "true" : "false";
                return setting;
            default:
                throw setting_error(path_, setting.line, "a value of this kind is no setting",
                                    "write text between quotes, a whole number, true or false");
        }
    }

  private:
    const std::string& path_;
};

}  // namespace

Setting read_toml(std::string_view text, const std::string& path) {
    try {
        return Reader(path).value(toml::parse(text));
    } catch (const toml::parse_error& e) {
        throw setting_error(path, e.source().begin.line, std::string(e.description()));
    }
}

}  // namespace turngate::cli
