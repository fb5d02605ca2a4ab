// The text formats of Prometheus 0.0.4 and OpenMetrics 1.0.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turngate {

class MetricsPage {
  public:
    using Label = std::pair<std::string_view, std::string>;
    using Labels = std::vector<Label>;

    explicit MetricsPage(bool is_openmetrics) : is_openmetrics_(is_openmetrics) {}

    // Begins a family; its samples follow. `name` is that of its samples in 0.0.4, so a counter's
    // ends in "_total" and an info's in "_info". `type`: counter, gauge, histogram or info.
    void family(std::string_view name, std::string_view type, std::string_view help);

    void sample(std::string_view name, const Labels& labels, std::uint64_t value);
    void sample(std::string_view name, const Labels& labels, std::int64_t value);
    void sample(std::string_view name, const Labels& labels, double value);

    // The whole page, with its end mark. Nothing may follow.
    std::string take();

  private:
    void line(std::string_view name, const Labels& labels, std::string_view value);
    void escaped(std::string_view text, bool quotes);

    const bool is_openmetrics_;
    std::string out_;
};

}  // namespace turngate
