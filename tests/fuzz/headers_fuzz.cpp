// Any sequence of changes to header fields, against the simplest model that could be right.
// covers: handlers/src/http/headers.cpp handlers/include/turngate/http/headers.h
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <turngate/http/headers.h>

using turngate::Headers;

namespace {

using Model = std::vector<std::pair<std::string, std::string>>;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string lower(std::string s) {
    for (char& c : s)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return s;
}

bool is_allowed(const std::string& name, const std::string& value) {
    const std::string symbols = "!#$%&'*+-.^_`|~";
    const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               symbols.find(c) != std::string::npos;
    });
    return token && value.find('\r') == std::string::npos &&
           value.find('\n') == std::string::npos && value.find('\0') == std::string::npos;
}

void model_set(Model& model, const std::string& name, const std::string& value) {
    bool placed = false;
    Model out;
    for (auto& field : model) {
        if (lower(field.first) != lower(name))
            out.push_back(field);
        else if (!std::exchange(placed, true))
            out.emplace_back(name, value);
    }
    if (!placed) out.emplace_back(name, value);
    model = out;
}

void compare(const Headers& headers, const Model& model) {
    require(headers.size() == model.size() && headers.empty() == model.empty());
    std::size_t i = 0;
    for (const auto& [name, value] : headers) {
        require(name == model[i].first && value == model[i].second);
        require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
        ++i;
    }
    for (const auto& [name, value] : model) {
        const auto first =
            std::find_if(model.begin(), model.end(),
                         [&, key = lower(name)](auto& f) { return lower(f.first) == key; });
        require(headers.contains(name) && headers.get(name) == first->second);
    }
}

// Takes a piece of the input whose length is its first byte.
std::string piece(std::string_view& input) {
    if (input.empty()) return {};
    const std::size_t size = static_cast<unsigned char>(input[0]) % 48;
    const std::string out(input.substr(1, size));
    input.remove_prefix(std::min(input.size(), size + 1));
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    Headers headers;
    Model model;
    while (!input.empty()) {
        const char operation = input[0];
        input.remove_prefix(1);
        const std::string name = piece(input);
        switch (operation) {
            case 'r': {
                const auto same = [&](auto& f) { return lower(f.first) == lower(name); };
                require(headers.remove(name) == std::erase_if(model, same));
                break;
            }
            case 'v':  // arguments that are views into the same headers
                if (!model.empty()) {
                    const auto [own_name, own_value] = *headers.begin();
                    headers.set(own_name, own_value.substr(own_value.size() / 2));
                    const auto [first, value] = model.front();
                    model_set(model, first, value.substr(value.size() / 2));
                    headers.add(headers.begin()->name, headers.begin()->value);
                    model.push_back(model.front());
                }
                break;
            case 'c':
                headers = Headers(headers);
                break;
            default: {
                const std::string value = piece(input);
                try {
                    if (operation == 's')
                        headers.set(name, value);
                    else
                        headers.add(name, value);
                    require(is_allowed(name, value));
                    if (operation == 's')
                        model_set(model, name, value);
                    else
                        model.emplace_back(name, value);
                } catch (const std::invalid_argument&) {
                    require(!is_allowed(name, value));
                }
            }
        }
        compare(headers, model);
    }
    return 0;
}
