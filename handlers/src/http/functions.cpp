// The table of a program's functions.
#include <stdexcept>

#include <turngate/http/functions.h>

namespace turngate {

Functions::Functions(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries)
        add(entry);
}

Functions& Functions::add(Entry entry) {
    if (entry.name.empty()) throw std::invalid_argument("a function needs a name");
    if (!entry.handler)
        throw std::invalid_argument("the function \"" + entry.name + "\" has no handler");
    if (named(entry.name))
        throw std::invalid_argument("there are two functions called \"" + entry.name + '"');
    entries_.push_back(std::move(entry));
    return *this;
}

HandlerPtr Functions::find(std::string_view name) const noexcept {
    const Entry* entry = named(name);
    if (const auto dot = name.rfind('.'); !entry && dot != std::string_view::npos)
        entry = named(name.substr(dot + 1));
    return entry ? entry->handler : nullptr;
}

const Functions::Entry* Functions::named(std::string_view name) const noexcept {
    for (const Entry& entry : entries_)
        if (entry.name == name) return &entry;
    return nullptr;
}

}  // namespace turngate
