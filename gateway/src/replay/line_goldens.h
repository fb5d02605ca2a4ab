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

    // Throws std::system_error. `json` ends with a newline. REQUIRES: `line` is greater than in the
    // last call. A proposal goes to the file beside the goldens, which has the proposed lines and
    // blank ones for the others.
    void put(std::uint64_t line, std::string_view json, bool proposal);

    // Writes the files, if there is anything to be written. Lines that other runs have proposed
    // stay proposed until they have a golden. Throws std::system_error.
    void finish();

  private:
    class Overlay;

    static void change(const std::string& path, Overlay& changes, bool durable);
    static void withdraw(const std::string& path, Overlay& changes);

    std::string event_path_;
    std::unique_ptr<Overlay> changes_;
    std::unique_ptr<Overlay> proposals_;
};

// Makes the lines of `proposals`, a file as LineGoldens writes it, the goldens of those lines, and
// removes it. Throws std::system_error, and JsonError for a line that is no expected reply.
void accept_lines(const std::string& proposals);

}  // namespace turngate::replay
