// Configurations of OpenEdge, as JSON and as YAML: none crashes, and what is read is whole.
// covers: gateway/src/openedge/settings.cpp gateway/src/openedge/yaml.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "openedge/settings.h"
#include "openedge/yaml.h"
#include <turngate/http/error.h>

using namespace turngate;
using namespace turngate::openedge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const bool is_json_text = text.starts_with('{') && text.ends_with('}');
    try {
        const Settings settings = read_settings(
            is_json_text ? Json::parse(text, {}, DuplicateNames::keep_last) : read_yaml(text),
            [](const std::string&) { return std::nullopt; });
        if (settings.name.empty() || settings.address.empty() || settings.functions.empty() ||
            settings.timeout.count() <= 0 || settings.max_message == 0)
            std::abort();
    } catch (const Error&) {
    }
    return 0;
}
