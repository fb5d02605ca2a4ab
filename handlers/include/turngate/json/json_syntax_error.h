// Where a text is not JSON.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <turngate/json/json_reader.h>

namespace turngate {

// What read_json_in_place() throws.
class JsonSyntaxError : public JsonError {
  public:
    JsonSyntaxError(std::size_t offset, std::string problem)
        : JsonError("bad JSON at byte " + std::to_string(offset) + ": " + problem),
          offset_(offset),
          problem_(std::move(problem)) {}

    std::size_t offset() const noexcept { return offset_; }           // of the byte, from 0
    const std::string& problem() const noexcept { return problem_; }  // "expected a value, ..."

  private:
    std::size_t offset_;
    std::string problem_;
};

}  // namespace turngate
