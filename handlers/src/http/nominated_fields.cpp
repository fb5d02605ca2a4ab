#include <algorithm>
#include <array>

#include <turngate/http/field_list.h>
#include <turngate/http/nominated_fields.h>

namespace turngate {
namespace {

constexpr std::array<std::string_view, 5> kept = {"host", "content-length", "content-type",
                                                  "forwarded", "x-real-ip"};
constexpr std::string_view kept_prefix = "x-forwarded-";

bool is_kept(std::string_view name) {
    return iequals(name.substr(0, kept_prefix.size()), kept_prefix) ||
           std::any_of(kept.begin(), kept.end(),
                       [&](std::string_view other) { return iequals(name, other); });
}

}  // namespace

NominatedFields::NominatedFields(const Headers& headers) {
    for (const auto& [name, value] : headers)
        if (iequals(name, "connection")) collect(value);
    std::sort(names_.begin(), names_.end(), iless);
}

bool NominatedFields::contains(std::string_view name) const noexcept {
    return std::binary_search(names_.begin(), names_.end(), name, iless);
}

void NominatedFields::collect(std::string_view list) {
    while (!list.empty()) {
        const std::string_view option = take_element(list);
        if (!option.empty() && !is_hop_by_hop(option) && !is_kept(option)) names_.push_back(option);
    }
}

}  // namespace turngate
