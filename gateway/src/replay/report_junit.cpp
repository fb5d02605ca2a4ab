// What came of a replay, as JUnit's XML.
#include <ctime>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "replay/difference_text.h"
#include "replay/held_text.h"
#include "replay/printable.h"
#include "replay/quantity.h"
#include "replay/report.h"
#include <turngate/http/encoding.h>

namespace turngate::replay {
namespace {

// Characters that XML 1.0 cannot have at all (section 2.2) are shown as escapes first.
std::string xml(std::string_view text) {
    std::string out;
    std::size_t begin = 0;
    auto append = [&](std::string_view part) {
        for (char c : printable(part)) {
            switch (c) {
                case '&':
                    out += "&amp;";
                    break;
                case '<':
                    out += "&lt;";
                    break;
                case '>':
                    out += "&gt;";
                    break;
                case '"':
                    out += "&quot;";
                    break;
                default:
                    out += c;
            }
        }
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\n') continue;
        append(text.substr(begin, i - begin));
        out += '\n';
        begin = i + 1;
    }
    append(text.substr(begin));
    // U+FFFE and U+FFFF are UTF-8 and no characters of XML.
    for (std::size_t i = 0; (i = out.find("\xef\xbf", i)) != std::string::npos; ++i)
        if (i + 2 < out.size() && (out[i + 2] == '\xbe' || out[i + 2] == '\xbf'))
            out.replace(i, 3, out[i + 2] == '\xbe' ? "\\ufffe" : "\\uffff");
    return out;
}

std::string attribute(std::string_view name, std::string_view value) {
    std::string escaped = xml(value);
    for (std::size_t i = 0; (i = escaped.find('\n', i)) != std::string::npos; ++i)
        escaped.replace(i, 1, "&#10;");
    return ' ' + std::string(name) + "=\"" + escaped + '"';
}

std::string seconds(std::chrono::nanoseconds t) {
    return fixed(static_cast<double>(t.count()) / 1e9, 6);
}

class JunitReport final : public Report {
  public:
    JunitReport(cli::Output& out, std::string name) : out_(out), name_(std::move(name)) {
        const std::time_t now = std::time(nullptr);
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        char text[32];
        timestamp_.assign(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc));
    }

    void event(const Result& result) override {
        const auto slash = result.name.rfind('/');
        const std::string folder = slash == std::string::npos ? "." : result.name.substr(0, slash);
        std::string text = "  <testcase" + attribute("name", result.name.substr(slash + 1)) +
                           attribute("classname", folder) +
                           attribute("time", seconds(result.latency));
        const std::string inner = outcome(result) + output(result);
        text += inner.empty() ? "/>\n" : ">\n" + inner + "  </testcase>\n";
        ++tests_;
        cases_.write(text);
    }

    void end(const Summary& summary) override {
        char host[256] = "localhost";
        ::gethostname(host, sizeof host - 1);
        out_.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                   attribute("name", name_) + attribute("tests", std::to_string(tests_)) +
                   attribute("failures", std::to_string(failures_)) +
                   attribute("errors", std::to_string(errors_)) +
                   attribute("time", seconds(summary.duration)) + ">\n<testsuite" +
                   attribute("name", name_) + attribute("package", "turngate") +
                   attribute("id", "0") + attribute("timestamp", timestamp_) +
                   attribute("hostname", host) + attribute("tests", std::to_string(tests_)) +
                   attribute("failures", std::to_string(failures_)) +
                   attribute("errors", std::to_string(errors_)) +
                   attribute("skipped", std::to_string(skipped_)) +
                   attribute("time", seconds(summary.duration)) + ">\n  <properties/>\n");
        cases_.copy_to(out_);
        out_.write("  <system-out/>\n  <system-err/>\n</testsuite>\n</testsuites>\n");
        out_.flush();
    }

  private:
    // What the case came to; empty: it passed.
    std::string outcome(const Result& result) {
        switch (result.verdict) {
            case Verdict::passed:
            case Verdict::updated:
                break;
            case Verdict::failed: {
                ++failures_;
                const cli::Terminal plain{.is_terminal = false, .colored = false, .unicode = true};
                std::string details = difference_text(result, DiffStyle::automatic, plain);
                details += violation_text(result);
                if (!result.hint.empty()) details += "    hint      " + result.hint + '\n';
                return child(
                    "failure",
                    result.problem.empty() ? "the reply is not as expected" : result.problem,
                    "reply", details);
            }
            case Verdict::unreadable:
                ++errors_;
                return child("error", result.problem, "event", result.hint);
            case Verdict::fresh:
            case Verdict::skipped:
            case Verdict::interrupted:
            case Verdict::unselected:
                ++skipped_;
                return "    <skipped" + attribute("message", result.problem) + "/>\n";
        }
        return {};
    }

    // What the handler threw and logged.
    static std::string output(const Result& result) {
        std::string text;
        for (const std::string& note : result.notes)
            text += note + '\n';
        return text.empty() ? text : "    <system-out>" + xml(text) + "</system-out>\n";
    }

    static std::string child(std::string_view element, std::string_view message,
                             std::string_view type, std::string_view content) {
        return "    <" + std::string(element) + attribute("message", message) +
               attribute("type", type) + '>' + xml(content) + "</" + std::string(element) + ">\n";
    }

    cli::Output& out_;
    std::string name_;
    std::string timestamp_;
    HeldText cases_;
    std::uint64_t tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

}  // namespace

std::unique_ptr<Report> junit_report(cli::Output& out, std::string name) {
    return std::make_unique<JunitReport>(out, std::move(name));
}

}  // namespace turngate::replay
