// The saved events of other projects: each is named, and each HTTP event decodes.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/skip.h"
#include <turngate/events/decode.h>
#include <turngate/events/make_event.h>

using namespace turngate;
using events::Classification;
using events::Event;
using events::Format;
namespace fs = std::filesystem;

namespace {

const fs::path root = TURNGATE_FIXTURES "/aws-events";

std::vector<fs::path> saved_files() {
    std::vector<fs::path> out;
    if (!fs::exists(root)) {
        test::skip("no recorded events at " + root.string());
        return out;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.is_regular_file()) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

// A template with values a person would fill in.
std::string filled(std::string text) {
    replace(text, "\"{{{querystringparameters}}}\"", R"({"foo": "bar"})");
    replace(text, "{{{method}}}", "POST");
    replace(text, "{{{body}}}", "aGVsbG8=");
    for (std::size_t at; (at = text.find("{{{")) != std::string::npos;)
        text.replace(at, text.find("}}}", at) + 3 - at, "1");
    return text;
}

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// What both payload formats can carry: names in lower case, values of one name joined. The comma of
// a list is written with and without a space.
std::map<std::string, std::string> fields_of(const Request& request) {
    std::map<std::string, std::string> out;
    for (const auto& field : request.headers) {
        std::string& value = out[lower(field.name)];
        if (!value.empty()) value += ',';
        value += field.value;
    }
    for (auto& [name, value] : out)
        replace(value, ", ", ",");
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_events)

BOOST_AUTO_TEST_CASE(every_file_is_named_for_what_it_is) {
    std::size_t others = 0;
    std::size_t count = 0;
    for (const fs::path& path : saved_files()) {
        const Classification found = events::classify(read(path));
        ++count;
        if (found.kind == Classification::Kind::other) {
            BOOST_TEST_MESSAGE("unnamed: " << path << " " << found.what);
            ++others;
        }
        if (found.kind == Classification::Kind::malformed)
            BOOST_TEST((path.string().find("malformed") != std::string::npos),
                       path << ": " << found.what << ": " << found.problem);
    }
    BOOST_TEST(others <= 5u);
    BOOST_TEST((count == 0 || count >= 400u));
}

BOOST_AUTO_TEST_CASE(every_http_event_decodes_in_strict_mode_templates_once_filled) {
    std::size_t count = 0;
    for (const fs::path& path : saved_files()) {
        BOOST_TEST_CONTEXT(path) {
            std::string text = filled(read(path));
            const Classification found = events::classify(text);
            BOOST_TEST((found.kind != Classification::Kind::sample));
            if (found.kind == Classification::Kind::malformed &&
                path.string().find("malformed") == std::string::npos)
                BOOST_ERROR(found.problem);
            if (!found.format || *found.format == Format::raw) continue;
            Event event = events::decode(text);
            BOOST_TEST(event.repairs.empty());
            BOOST_TEST(event.request.url.path.starts_with('/'));
            ++count;
        }
    }
    BOOST_TEST((count == 0 || count >= 100u));
}

BOOST_AUTO_TEST_CASE(every_http_event_goes_through_every_shape_undamaged) {
    for (const fs::path& path : saved_files()) {
        const std::string text = filled(read(path));
        const Classification found = events::classify(text);
        if (!found.format || *found.format == Format::raw) continue;
        for (Format format : events::formats()) {
            if (format == Format::raw) continue;  // takes JSON alone
            BOOST_TEST_CONTEXT(path << " as " << events::name(format)) {
                Event sent = events::decode(text);
                const std::string made = events::make_event(sent.request, format);
                const Event arrived = events::decode(made, format);
                BOOST_TEST(events::damaged(sent.request, arrived.request, format) == "");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_request_comes_out_of_both_payload_formats) {
    const fs::path folder = root / "brefphp__bref/tests/Event/Http/Fixture";
    std::size_t count = 0;
    for (const fs::path& path : saved_files()) {
        const std::string file = path.filename().string();
        if (path.parent_path() != folder || !file.starts_with("ag-v1-")) continue;
        const fs::path twin = folder / ("ag-v2-" + file.substr(6));
        if (!fs::exists(twin)) continue;
        ++count;
        if (file == "ag-v1-path-parameters.json") continue;  // two requests: the paths differ
        BOOST_TEST_CONTEXT(file) {
            Event one = events::decode(read(path));
            Event two = events::decode(read(twin));
            BOOST_TEST((fields_of(one.request) == fields_of(two.request)));
            BOOST_TEST((one.request.body.text() == two.request.body.text()));
            BOOST_TEST(one.request.remote_address == two.request.remote_address);
            BOOST_TEST(one.request.url.host == two.request.url.host);
            BOOST_TEST(one.request.url.path == two.request.url.path);
            if (file == "ag-v1-query-string-multivalue.json") continue;  // GET here, PUT there
            BOOST_TEST(one.request.method == two.request.method);
            BOOST_TEST((one.request.url.parameters() == two.request.url.parameters()),
                       one.request.url.query << " / " << two.request.url.query);
        }
    }
    BOOST_TEST((count == 0 || count >= 28u));
}

BOOST_AUTO_TEST_SUITE_END()
