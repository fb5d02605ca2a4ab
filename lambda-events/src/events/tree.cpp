#include "tree.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <turngate/json/json_reader.h>

namespace turngate::events {

const Node& Node::operator[](std::string_view name) const noexcept {
    static const Node none;
    if (value.is_object())
        for (const Node& child : children)
            if (child.key == name) return child;
    return none;
}

class Tree::Reader final : public JsonVisitor {
  public:
    struct Limits {
        std::size_t levels;
        std::size_t nodes;
    };

    Reader(Node& root, std::uint32_t begin, const char* buffer, const Place& place,
           std::string_view member, const Limits& limits)
        : root_(root),
          begin_(begin),
          buffer_(buffer),
          place_(place),
          member_(member),
          limits_(limits) {}

    bool on_key(std::string_view name, std::size_t) override {
        key_ = name;
        return true;
    }
    void on_null(std::size_t end) override { put(Kind::null, end, 4); }
    void on_boolean(bool truth, std::size_t end) override {
        if (Node* node = put(Kind::boolean, end, truth ? 4 : 5)) node->value.boolean = truth;
    }
    void on_number(std::string_view digits, std::size_t end) override {
        if (Node* node = put(Kind::number, end, digits.size())) node->value.text = digits;
    }
    void on_string(std::string_view text, std::size_t end) override {
        // Strings are unescaped where they stand, so that their size does not tell.
        auto quote = static_cast<std::size_t>(text.data() - buffer_) - 1;
        if (Node* node = put(Kind::string, end, end - quote)) node->value.text = text;
    }
    void on_begin_object(std::size_t end) override { open(Kind::object, end); }
    void on_begin_array(std::size_t end) override { open(Kind::array, end); }
    void on_end_object(std::size_t end) override { close(end); }
    void on_end_array(std::size_t end) override { close(end); }
    void on_skipped(std::size_t, std::size_t) override {}

  private:
    // Null for what is not kept.
    Node* put(Kind kind, std::size_t end, std::size_t size) {
        const std::string_view key = std::exchange(key_, {});
        if (open_.size() > limits_.levels) return nullptr;
        const std::uint32_t begin = begin_ + static_cast<std::uint32_t>(end - size);
        if (count_++ > limits_.nodes) {
            if (member_.empty()) return nullptr;
            place_.refuse(
                member_, "more than " + std::to_string(limits_.nodes) + " values in it; send fewer",
                begin);
        }
        Node& node = open_.empty() ? root_ : open_.back()->children.emplace_back();
        node.key = key;
        node.value.kind = kind;
        node.value.begin = begin;
        node.value.end = begin_ + static_cast<std::uint32_t>(end);
        return &node;
    }

    // What is open is the last child of what holds it, which gets no other meanwhile, so that the
    // pointer stays good.
    void open(Kind kind, std::size_t end) {
        if (Node* node = put(kind, end, 1))
            open_.push_back(node);
        else
            ++ignored_;
    }
    void close(std::size_t end) {
        if (ignored_ > 0) {
            --ignored_;
            return;
        }
        open_.back()->value.end = begin_ + static_cast<std::uint32_t>(end);
        open_.pop_back();
    }

    Node& root_;
    std::uint32_t begin_;
    const char* buffer_;
    const Place& place_;
    std::string_view member_;
    Limits limits_;
    std::size_t count_ = 0;  // with the root
    std::vector<Node*> open_;
    std::size_t ignored_ = 0;  // open objects and arrays that are not kept
    std::string_view key_;
};

Tree::Tree(const Envelope& event, const Value& value, std::string_view member, std::size_t levels,
           std::size_t most) {
    std::string_view text = event.raw(value);
    buffer_.reset(new char[text.size() + 1]);
    if (!text.empty()) std::memcpy(buffer_.get(), text.data(), text.size());
    Reader reader(root_, value.begin, buffer_.get(), event.place(), member, {levels, most});
    read_json_in_place({buffer_.get(), text.size()}, reader, {.size = text.size()});
}

}  // namespace turngate::events
