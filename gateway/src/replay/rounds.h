// The events of a run more than once, and in another order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "replay/source.h"

namespace turngate::replay {

// What `make` yields, again and again. Ends before its time with a round that brings nothing.
class Repeated final : public Items {
  public:
    Repeated(std::function<std::unique_ptr<Items>()> make, std::uint64_t rounds)
        : make_(std::move(make)), rounds_(rounds) {}

    bool fill(Batch& batch, std::size_t most) override;

  private:
    std::function<std::unique_ptr<Items>()> make_;
    std::uint64_t rounds_;
    std::unique_ptr<Items> current_;
    bool has_brought_ = false;  // in this round
};

// The events of a Source in an order that `seed` decides, another one in each round: with the same
// seed and the same names the same on every machine. Holds the names and, of a file with an event a
// line, where each line is; the lines are read when they are replayed. Of files that cannot be read
// from the middle, HAR and gzip, it holds the events.
class Shuffled final : public Items {
  public:
    // Goes through all of `source`, which must read no stream.
    Shuffled(Source& source, std::uint64_t seed, std::uint64_t rounds = 1);

    bool fill(Batch& batch, std::size_t most) override;

  private:
    struct Place {
        std::size_t text = 0;  // of texts_: the path
        Item item = {};        // but for its slices
        std::size_t why = 0;   // of texts_, for what is no event
        std::size_t hint = 0;  // the same
        std::size_t held = 0;  // of held_, from 1, for an event that is held
    };
    struct Held {
        std::shared_ptr<LinesFile> lines;
        std::string name, event, golden, recorded;
    };

    std::size_t keep(std::string_view text);
    void shuffle();
    void hold(Place& place, const Batch& batch);
    void fill_held(Batch& batch, const Place& place) const;
    void fill_line(Batch& batch, const Place& place);

    const std::size_t limit_;  // of an event
    std::vector<std::string> texts_;
    std::vector<Held> held_;
    std::vector<Place> places_;
    std::vector<std::size_t> order_;
    std::mt19937_64 random_;  // whose numbers the standard tells ([rand.predef])
    std::uint64_t rounds_;
    std::size_t next_ = 0;
};

}  // namespace turngate::replay
