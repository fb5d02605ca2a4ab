// A small part of an event as a tree whose values know where they stood. For what is rare: the
// hot shapes are read from the envelope alone.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "envelope.h"

namespace turngate::events {

struct Node {
    std::string_view key;  // within an object
    Value value;
    std::vector<Node> children;  // of an object or an array, in order

    // A member, the first of the name; one of kind `absent` if there is none.
    const Node& operator[](std::string_view name) const noexcept;
};

// Owns the bytes that the nodes view.
class Tree {
  public:
    // Reads the text of `value`, which is `member` of `event`: offsets of the nodes are those of
    // `event`. Objects and arrays that are `levels` levels down have no children; with 1 only the
    // root has. Throws JsonError if there are more than `most` nodes below the root; without a
    // `member` to name they are left out.
    Tree(const Envelope& event, const Value& value, std::string_view member, std::size_t levels,
         std::size_t most = most_entries);

    const Node& root() const noexcept { return root_; }

  private:
    class Reader;

    std::unique_ptr<char[]> buffer_;
    Node root_;
};

// Throws JsonError, with the full name of the member and the byte, if within `value`, which is
// `member` of `event`, a member stands twice or a number is one that no double can hold: who parses
// it later would have to refuse it.
void check_parts(const Envelope& event, const Value& value, std::string_view member);

}  // namespace turngate::events
