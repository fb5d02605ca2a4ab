// Reads tables of ProgramVariable.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include <turngate/handlers/open_handler.h>
#include <turngate/handlers/program_variable.h>

namespace turngate {

constexpr const char* no_error = nullptr;

// For ProgramVariable::set.
const char* set_time(std::chrono::milliseconds& into, const std::string& value);
const char* set_time_or_none(std::chrono::milliseconds& into, const std::string& value);
const char* set_count(std::size_t& into, const std::string& value, std::size_t least,
                      const char* expected);

using ReadProgramVariable = std::function<std::optional<std::string>(const std::string& name)>;

// Of the names for one thing the first that is set, and not empty, counts. Throws BadSetting.
template <class Table, class Options>
void read_variables(const Table& table, const ReadProgramVariable& get, Options& options) {
    for (const auto& variable : table)
        for (std::string_view name : {variable.name, variable.aliases[0], variable.aliases[1]}) {
            const std::string value = name.empty() ? "" : get(std::string(name)).value_or("");
            if (value.empty()) continue;
            if (const char* expected = variable.set(options, value))
                throw BadSetting(std::string(name) + '=' + value + " is wrong: expected " +
                                 expected);
            break;
        }
}

}  // namespace turngate
