// A JSON text as a flat list of nodes: for comparing and printing, numbers kept as they stood.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/json/json.h>

namespace turngate::replay {

// The nodes in the order of the text: a container, then what is in it. Node 0 is the value itself.
class JsonTree {
  public:
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    struct Node {
        Kind kind = Kind::null;
        bool truth = false;          // of a boolean
        std::string_view key = {};   // as a member of an object
        std::string_view text = {};  // the string, or the digits of the number
        std::uint32_t count = 0;     // items or members
        std::uint32_t next = 0;      // the node behind this one and all that is in it
    };

    // Replaces the content; memory is used again. Throws JsonError, and holds nothing then.
    void parse(std::string_view text);

    // The views of a node are valid until the next parse().
    const Node& operator[](std::uint32_t i) const { return nodes_[i]; }
    bool empty() const noexcept { return nodes_.empty(); }

    // The nodes of the items or members of `container`.
    std::vector<std::uint32_t> children(std::uint32_t container) const;

    // Appends the value as JSON: on one line if `indent` is negative, else spread over lines that
    // begin with `indent` spaces (the first excepted) and two for each level.
    void print(std::uint32_t node, std::string& out, int indent = -1) const;

  private:
    friend class TreeBuilder;

    std::string text_;
    std::vector<Node> nodes_;
};

// True if both digits are the same number: exactly, or as the nearest double of a fraction.
bool same_number(std::string_view a, std::string_view b);

// True if the texts hold the same JSON tokens, white space left aside. False says nothing. Both
// must be valid JSON for a true to mean anything.
bool same_tokens(std::string_view a, std::string_view b) noexcept;

// `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace turngate::replay
