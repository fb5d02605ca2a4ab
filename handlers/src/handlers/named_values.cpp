#include "named_values.h"

#include <cstddef>
#include <map>
#include <string_view>

namespace turngate {

Json object_of(NamedValues values, Repeated repeated) {
    Json::Object object;
    object.reserve(values.size());
    // Sorted, not hashed: names chosen to collide change nothing.
    std::map<std::string_view, std::size_t> places;
    for (auto& [name, value] : values) {
        const auto [place, is_new] = places.try_emplace(name, object.size());
        if (is_new) {
            object.emplace_back(name, std::move(value));
        } else if (repeated == Repeated::last) {
            object[place->second].second = std::move(value);
        } else if (repeated == Repeated::array) {
            Json& member = object[place->second].second;
            if (!member.items()) member = Json::array({std::move(member)});
            member.push_back(std::move(value));
        }
    }
    return object;
}

}  // namespace turngate
