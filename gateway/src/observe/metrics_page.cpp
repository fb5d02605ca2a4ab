// Both text formats, and which of them a client wants.
#include "observe/metrics_page.h"

#include <array>
#include <charconv>
#include <cmath>

#include "observe/metrics.h"
#include <turngate/http/headers.h>

namespace turngate {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// Takes the part of `text` before `end` off its front.
std::string_view next(std::string_view& text, char end) noexcept {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return trimmed(part);
}

double quality(std::string_view text) noexcept {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [ptr, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    return error == std::errc() && ptr == end && value >= 0 && value <= 1 ? value : 0;
}

}  // namespace

void MetricsPage::family(std::string_view name, std::string_view type, std::string_view help) {
    std::string_view shown = type;
    if (is_openmetrics_) {
        if (type == "counter") name.remove_suffix(std::string_view("_total").size());
        if (type == "info") name.remove_suffix(std::string_view("_info").size());
    } else if (type == "info") {
        shown = "gauge";
    }
    out_.append("# HELP ").append(name) += ' ';
    escaped(help, is_openmetrics_);
    out_.append("\n# TYPE ").append(name).append(" ").append(shown) += '\n';
}

void MetricsPage::sample(std::string_view name, const Labels& labels, std::uint64_t value) {
    line(name, labels, std::to_string(value));
}

void MetricsPage::sample(std::string_view name, const Labels& labels, std::int64_t value) {
    line(name, labels, std::to_string(value));
}

void MetricsPage::sample(std::string_view name, const Labels& labels, double value) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    line(name, labels, std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

std::string MetricsPage::take() {
    if (is_openmetrics_) out_ += "# EOF\n";
    return std::move(out_);
}

void MetricsPage::line(std::string_view name, const Labels& labels, std::string_view value) {
    out_ += name;
    char mark = '{';
    for (const auto& [label, text] : labels) {
        (out_ += mark).append(label) += "=\"";
        escaped(text, true);
        out_ += '"';
        mark = ',';
    }
    if (!labels.empty()) out_ += '}';
    out_.append(" ").append(value) += '\n';
}

void MetricsPage::escaped(std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\n')
            out_ += "\\n";
        else if (c == '\\' || (quotes && c == '"'))
            (out_ += '\\') += c;
        else
            out_ += c;
    }
}

MetricsFormat metrics_format(std::string_view accept) {
    double openmetrics = 0, text = 0;
    while (!accept.empty()) {
        std::string_view range = next(accept, ',');
        const std::string_view type = next(range, ';');
        double q = 1;
        bool is_known = true;
        while (!range.empty()) {
            std::string_view value = next(range, ';');
            const std::string_view name = next(value, '=');
            if (iequals(name, "q")) q = quality(value);
            if (iequals(name, "version")) is_known = value == "1.0.0" || value == "0.0.4";
        }
        if (!is_known) continue;
        if (iequals(type, "application/openmetrics-text")) openmetrics = std::max(openmetrics, q);
        if (iequals(type, "text/plain")) text = std::max(text, q);
    }
    return openmetrics > 0 && openmetrics >= text ? MetricsFormat::openmetrics
                                                  : MetricsFormat::text;
}

std::string_view content_type(MetricsFormat format) noexcept {
    return format == MetricsFormat::openmetrics
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace turngate
