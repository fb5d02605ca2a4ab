// JSON Schemas, by RapidJSON's validator over what they are of.
#include "cli/schemas.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

// Its empty stack adds to a null pointer, which UBSan minds.
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#endif
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include "cli/commands.h"
#include "cli/configuration.h"
#include "replay/report.h"
#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>

using namespace turngate;
using namespace turngate::cli;

namespace {

std::string read(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class Schema {
  public:
    explicit Schema(std::string_view text) {
        source_.Parse(text.data(), text.size());
        BOOST_REQUIRE(!source_.HasParseError());
        schema_ = std::make_unique<rapidjson::SchemaDocument>(source_);
    }

    // Empty if `text` is of this schema, else where it is not.
    std::string problem_of(std::string_view text) const {
        rapidjson::Document document;
        document.Parse(text.data(), text.size());
        if (document.HasParseError()) return "no JSON";
        rapidjson::SchemaValidator validator(*schema_);
        if (document.Accept(validator)) return "";
        rapidjson::StringBuffer where;
        validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
        return std::string(where.GetString()) + ' ' + validator.GetInvalidSchemaKeyword();
    }

    bool takes(std::string_view text) const { return problem_of(text).empty(); }

  private:
    rapidjson::Document source_;
    std::unique_ptr<rapidjson::SchemaDocument> schema_;
};

template <class Use>
void each_sample(Use use) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(TURNGATE_SOURCE_DIR) / "samples"))
        if (entry.path().string().find("node_modules") == std::string::npos &&
            entry.path().extension() == ".json")
            count += use(entry.path()) ? 1 : 0;
    BOOST_TEST(count > 10u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schemas)

BOOST_AUTO_TEST_CASE(every_expected_reply_of_the_samples_is_one) {
    const Schema schema(reply_schema);
    each_sample([&](const std::filesystem::path& path) {
        if (!path.string().ends_with(".reply.json")) return false;
        const std::string problem = schema.problem_of(read(path));
        BOOST_TEST(problem.empty(), path.string() + ": " + problem);
        return true;
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_refused) {
    const Schema schema(reply_schema);
    for (const char* text :
         {"{}", "[]", R"({"status": 99})", R"({"status": 200, "header": []})",
          R"({"headers": [["a"]]})", R"({"body": {"json": 1, "text": ""}})",
          R"({"ignore": ["a"], "status": 200})", R"({"tags": ["x"]})", R"({"body": {"size": 1}})"})
        BOOST_TEST(!schema.takes(text), text);
}

BOOST_AUTO_TEST_CASE(events_of_every_shape_are_some) {
    const Schema schema(event_schema);
    for (const events::Format format : events::formats()) {
        if (format == events::Format::raw) continue;
        Request request = Request::make("POST", "/a?b=1", "c", {{"Cookie", "d=1"}, {"Host", "h"}});
        const std::string text = events::make_event(request, format);
        const std::string problem = schema.problem_of(text);
        BOOST_TEST(problem.empty(),
                   std::string(events::name(format)) + ": " + problem + ' ' + text);
    }
}

BOOST_AUTO_TEST_CASE(every_event_of_the_samples_that_is_a_request_is_one) {
    const Schema schema(event_schema);
    each_sample([&](const std::filesystem::path& path) {
        const std::string text = read(path);
        const events::Classification found = events::classify(text);
        if (found.kind != events::Classification::Kind::event || !found.format ||
            *found.format == events::Format::raw)
            return false;
        const std::string problem = schema.problem_of(text);
        BOOST_TEST(problem.empty(), path.string() + ": " + problem);
        return true;
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_event_is_refused) {
    const Schema schema(event_schema);
    for (const char* text :
         {"{}", "1", R"({"httpMethod": "GET"})", R"({"method": "GET"})",
          R"({"httpMethod": 1, "path": "/"})", R"({"Records": [{"eventSource": "aws:sqs"}]})",
          R"({"Action": "Other", "body": ""})"})
        BOOST_TEST(!schema.takes(text), text);
}

BOOST_AUTO_TEST_CASE(what_replays_report_is_a_result) {
    const Schema schema(result_schema);
    using Make = std::unique_ptr<replay::Report> (*)(Output&);
    for (const Make make : {Make(replay::json_report), Make(replay::ndjson_report)}) {
        std::string text;
        Output out(text);
        const auto report = make(out);
        replay::Summary summary;
        replay::Result result;
        result.name = "a.json";
        result.verdict = replay::Verdict::failed;
        result.format = events::Format::alb;
        result.method = "GET";
        result.target = "/";
        result.status = 200;
        result.differences = {{replay::Difference::Part::json, "/a", "1", {}}};
        result.parity = {{events::Format::alb, replay::ParityCell::State::lossy, "why"}};
        result.repairs = {"r"};
        result.notes = {"n"};
        report->event(result);
        summary.count(result);
        report->end(summary);
        if (make == Make(replay::json_report)) {
            BOOST_TEST(schema.problem_of(text) == "");
            continue;
        }
        for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
            end = text.find('\n', begin);
            BOOST_TEST(schema.problem_of(text.substr(begin, end - begin)) == "");
        }
    }
    for (const char* text : {"{}", R"({"events": []})", R"({"type": "event", "name": "x"})",
                             R"({"name": "x", "verdict": "passed"})"})
        BOOST_TEST(!schema.takes(text), text);
}

// Both are of the same tables: what one refuses the other does.
BOOST_AUTO_TEST_CASE(the_schema_of_configurations_takes_what_is_read) {
    const Schema schema(config_schema(commands(), global_options()));
    struct Case {
        const char* text;
        bool is_good;
    };
    for (const auto& [text, is_good] : {
             Case{"{}", true},
             {R"({"$schema": "x", "target": "self", "events": "a.json", "color": "never"})", true},
             {R"({"events": ["a"], "replay": {"jobs": 4, "ignore": ["/a"], "lenient": true}})",
              true},
             {R"({"replay": {"fail_fast": true, "as": "all", "timeout": "1s"}})", true},
             {R"({"limits": {"max_body": "1MiB", "max_threads": 4}})", true},
             {R"({"event": {"convert": {"as": "alb"}}, "host": {"open_runtimes": {}}})", true},
             {R"({"profile": {"ci": {"replay": {"jobs": 0}}}})", true},
             {R"({"traget": "self"})", false},
             {R"({"replay": {"jbos": 4}})", false},
             {R"({"replay": {"jobs": "many"}})", false},
             {R"({"replay": {"jobs": -1}})", false},
             {R"({"replay": {"as": "nothing"}})", false},
             {R"({"replay": {"lenient": 1}})", false},
             {R"({"replay": 1})", false},
             {R"({"run": {}})", false},
             {R"({"event": {"convrt": {}}})", false},
             {R"({"profile": {"ci": {"profile": {}}}})", false},
             {R"({"profile": {"ci": {"replay": {"jbos": 4}}}})", false},
             {R"({"directory": "/"})", false},
         }) {
        BOOST_TEST(schema.takes(text) == is_good, text);
        bool is_read = true;
        try {
            Configuration(commands(), global_options()).add(read_jsonc(text, "f"), "f", "", "");
        } catch (const CommandError&) {
            is_read = false;
        }
        BOOST_TEST(is_read == is_good, text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
