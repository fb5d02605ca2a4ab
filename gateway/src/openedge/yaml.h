// YAML as a JSON value.
#pragma once

#include <string>

#include <turngate/json/json.h>

namespace turngate::openedge {

// Words without quotes are numbers, booleans and null where YAML 1.2's core schema has them so.
// Throws Error that names the line. A static build reads JSON alone.
Json read_yaml(const std::string& text);

}  // namespace turngate::openedge
