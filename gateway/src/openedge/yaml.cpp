#include "openedge/yaml.h"

#include <charconv>
#include <cstdint>
#include <yaml-cpp/yaml.h>

#include <turngate/http/error.h>

namespace turngate::openedge {
namespace {

constexpr int deepest = 64;
constexpr int most_nodes = 100'000;  // aliases of aliases grow without bound

class Reader {
  public:
    Json read(const YAML::Node& node, int depth = 0) {
        if (depth > deepest) throw Error("the YAML is nested more than 64 deep");
        if (++nodes_ > most_nodes) throw Error("the YAML has more than 100,000 nodes");
        if (node.IsMap()) {
            Json::Object members;
            for (const auto& entry : node)
                members.emplace_back(entry.first.Scalar(), read(entry.second, depth + 1));
            return members;
        }
        if (node.IsSequence()) {
            Json::Array items;
            for (const auto& item : node)
                items.push_back(read(item, depth + 1));
            return items;
        }
        return node.IsScalar() ? scalar(node) : Json();
    }

  private:
    static Json scalar(const YAML::Node& node) {
        const std::string& text = node.Scalar();
        if (node.Tag() == "!") return text;  // it has quotes
        if (text == "true" || text == "false") return text == "true";
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        if (const auto [stop, error] = std::from_chars(text.data(), end, number);
            error == std::errc() && stop == end)
            return number;
        return text;
    }

    int nodes_ = 0;
};

}  // namespace

Json read_yaml(const std::string& text) {
    try {
        return Reader().read(YAML::Load(text));
    } catch (const YAML::Exception& e) {
        throw Error(std::string("the configuration is no YAML: ") + e.what());
    }
}

}  // namespace turngate::openedge
