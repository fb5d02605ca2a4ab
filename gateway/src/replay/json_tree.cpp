// A JSON text as a flat list of nodes.
#include "replay/json_tree.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include <turngate/json/json_reader.h>
#include <turngate/json/json_writer.h>

namespace turngate::replay {

class TreeBuilder final : public JsonVisitor {
  public:
    explicit TreeBuilder(JsonTree& tree) : nodes_(tree.nodes_) {}

    bool on_key(std::string_view name, std::size_t) override {
        key_ = name;
        return true;
    }
    void on_null(std::size_t) override { add(JsonTree::Kind::null); }
    void on_boolean(bool value, std::size_t) override {
        add(JsonTree::Kind::boolean).truth = value;
    }
    void on_number(std::string_view digits, std::size_t) override {
        add(JsonTree::Kind::number).text = digits;
    }
    void on_string(std::string_view value, std::size_t) override {
        add(JsonTree::Kind::string).text = value;
    }
    void on_begin_object(std::size_t) override { open(JsonTree::Kind::object); }
    void on_end_object(std::size_t) override { close(); }
    void on_begin_array(std::size_t) override { open(JsonTree::Kind::array); }
    void on_end_array(std::size_t) override { close(); }
    void on_skipped(std::size_t, std::size_t) override {}

  private:
    JsonTree::Node& add(JsonTree::Kind kind) {
        if (!open_.empty()) ++nodes_[open_.back()].count;
        nodes_.push_back({kind, false, key_, {}, 0, static_cast<std::uint32_t>(nodes_.size() + 1)});
        key_ = {};
        return nodes_.back();
    }
    void open(JsonTree::Kind kind) {
        add(kind);
        open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
    }
    void close() {
        nodes_[open_.back()].next = static_cast<std::uint32_t>(nodes_.size());
        open_.pop_back();
    }

    std::vector<JsonTree::Node>& nodes_;
    std::vector<std::uint32_t> open_;
    std::string_view key_;
};

void JsonTree::parse(std::string_view text) {
    nodes_.clear();
    text_.assign(text);
    text_ += '\0';
    try {
        TreeBuilder builder(*this);
        read_json_in_place(std::span(text_.data(), text.size()), builder,
                           {.depth = 64, .size = std::numeric_limits<std::uint32_t>::max()});
    } catch (...) {
        nodes_.clear();
        throw;
    }
}

std::vector<std::uint32_t> JsonTree::children(std::uint32_t container) const {
    std::vector<std::uint32_t> out;
    out.reserve(nodes_[container].count);
    for (std::uint32_t i = container + 1; i < nodes_[container].next; i = nodes_[i].next)
        out.push_back(i);
    return out;
}

// Recursion is bounded by the depth that parse() allows.
void JsonTree::print(std::uint32_t node, std::string& out, int indent) const {
    const Node& n = nodes_[node];
    switch (n.kind) {
        case Kind::null:
            out += "null";
            return;
        case Kind::boolean:
            out += n.truth ? "true" : "false";
            return;
        case Kind::number:
            out += n.text;
            return;
        case Kind::string:
            append_json_string(out, n.text);
            return;
        case Kind::array:
        case Kind::object:
            break;
    }
    const bool object = n.kind == Kind::object;
    const int inner = indent < 0 ? -1 : indent + 2;
    out += object ? '{' : '[';
    for (std::uint32_t i = node + 1; i < n.next; i = nodes_[i].next) {
        if (i != node + 1) out += ',';
        if (inner >= 0) out.append(1, '\n').append(static_cast<std::size_t>(inner), ' ');
        if (object) {
            append_json_string(out, nodes_[i].key);
            out += inner >= 0 ? ": " : ":";
        }
        print(i, out, inner);
    }
    if (inner >= 0 && n.count > 0)
        out.append(1, '\n').append(static_cast<std::size_t>(indent), ' ');
    out += object ? '}' : ']';
}

namespace {

// A number as its sign, its significant digits and the power of ten behind them.
struct Decimal {
    bool negative = false;
    std::string digits = {};  // no zero at either end; empty is zero
    long long exponent = 0;
    bool fraction = false;  // written with a point or an exponent

    friend bool operator==(const Decimal& a, const Decimal& b) {
        if (a.digits != b.digits) return false;
        return a.digits.empty() || (a.negative == b.negative && a.exponent == b.exponent);
    }
};

Decimal decimal(std::string_view s) {
    Decimal d;
    if (s.starts_with('-')) {
        d.negative = true;
        s.remove_prefix(1);
    }
    if (auto e = s.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view power = s.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), d.exponent);
        constexpr long long most = 1'000'000'000'000'000;
        if (error != std::errc{}) d.exponent = power.starts_with('-') ? -most : most;
        d.exponent = std::clamp(d.exponent, -most, most);
        d.fraction = true;
        s = s.substr(0, e);
    }
    for (bool after_point = false; char c : s) {
        if (c == '.') {
            after_point = d.fraction = true;
            continue;
        }
        if (after_point) --d.exponent;
        if (c != '0' || !d.digits.empty()) d.digits += c;
    }
    while (d.digits.ends_with('0')) {
        d.digits.pop_back();
        ++d.exponent;
    }
    return d;
}

std::optional<double> real(std::string_view s) {
    double value = 0;
    auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

bool is_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_structural(char c) noexcept {
    return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

// Passes over white space at `p`. False if it stands between two characters that would be one
// token without it: "1 2" is not 12.
bool skip_space(const char* begin, const char*& p, const char* end) noexcept {
    const char* from = p;
    while (p != end && is_space(*p))
        ++p;
    return p == from || p == end || from == begin || is_structural(from[-1]) || is_structural(*p);
}

}  // namespace

bool same_number(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const Decimal x = decimal(a), y = decimal(b);
    if (x == y) return true;
    if (!x.fraction && !y.fraction) return false;
    const auto m = real(a), n = real(b);
    return m && n && *m == *n && *m != 0;
}

bool same_tokens(std::string_view a, std::string_view b) noexcept {
    if (a == b) return true;
    const char *p = a.data(), *q = b.data();
    const char *a_end = p + a.size(), *b_end = q + b.size();
    for (bool quoted = false;;) {
        if (!quoted && !(skip_space(a.data(), p, a_end) && skip_space(b.data(), q, b_end)))
            return false;
        if (p == a_end || q == b_end) return p == a_end && q == b_end;
        if (*p != *q) return false;
        if (quoted && *p == '\\') {
            if (++p == a_end || ++q == b_end || *p != *q) return false;
        } else if (*p == '"') {
            quoted = !quoted;
        }
        ++p, ++q;
    }
}

void append_json_string(std::string& out, std::string_view text) {
    JsonWriter(out).string(text);
}

}  // namespace turngate::replay
