// New expected replies for a file with an event a line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "replay/golden_file.h"

namespace turngate::replay {

// Collects the lines that change, in order, and then makes the whole file of the old one and these.
// Holds no more than a line.
class LineGoldens {
  public:
    // Of the events in `event_path`.
    explicit LineGoldens(std::string event_path);
    ~LineGoldens();
    LineGoldens(const LineGoldens&) = delete;
    LineGoldens& operator=(const LineGoldens&) = delete;

    // `json` ends with a newline. REQUIRES: `line` is greater than in the last call. A proposal
    // goes to the file beside the goldens, which then has all the lines that the goldens have.
    void put(std::uint64_t line, std::string_view json, bool proposal);

    // Writes the files, if there is anything to be written. Throws std::system_error.
    void finish();

  private:
    class Overlay;

    void merge(Overlay& overlay, const std::string& into, bool durable);

    std::string event_path_;
    std::unique_ptr<Overlay> changes_;
    std::unique_ptr<Overlay> proposals_;
};

}  // namespace turngate::replay
