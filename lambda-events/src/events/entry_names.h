// Which names one map of an event has, for looking up those of the other.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "envelope.h"

namespace turngate::events {

// Both maps of an event have the same names in the same order as a rule, so the next one is tried
// first; else it takes O(log n). `Rule` says when names are the same and how they are ordered, and
// which entries count.
template <class Rule>
class EntryNames {
  public:
    explicit EntryNames(Envelope::Entries entries) : entries_(entries), next_(entries.begin()) {}

    bool has(std::string_view name) {
        if (next_ != entries_.end() && (next_->key == name || Rule::is_same(next_->key, name))) {
            const char* key = next_->key.data();
            bool counts = false;
            for (; next_ != entries_.end() && next_->key.data() == key; ++next_)
                counts = counts || Rule::counts(next_->value);
            if (counts) return true;
        }
        if (!std::exchange(is_sorted_, true)) {
            for (const Entry& entry : entries_)
                if (Rule::counts(entry.value)) sorted_.push_back(entry.key);
            std::sort(sorted_.begin(), sorted_.end(), Rule::is_less);
        }
        return std::binary_search(sorted_.begin(), sorted_.end(), name, Rule::is_less);
    }

  private:
    Envelope::Entries entries_;
    const Entry* next_;
    bool is_sorted_ = false;
    std::vector<std::string_view> sorted_;
};

}  // namespace turngate::events
