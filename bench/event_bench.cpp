// What one event costs, from JSON text to JSON text, and what its parts cost.
#include <benchmark/benchmark.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "tokenise.h"
#include <turngate/events/event.h>
#include <turngate/http/encoding.h>
#include <turngate/http/serve.h>
#include <turngate/json/json.h>

using namespace turngate;

namespace {

const std::string& event_text() {
    static const std::string text = [] {
        std::ifstream file(BENCH_DATA "/apigw-v1.json");
        if (!file) throw std::runtime_error("cannot read " BENCH_DATA "/apigw-v1.json");
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return text;
}

// The same event without the white space in which people keep them.
const std::string& compact_text() {
    static const std::string text = Json::parse(event_text()).dump();
    return text;
}

void rapidjson(benchmark::State& state, bool (*tokenise_in_place)(char*),
               const std::string& event) {
    std::string copy;
    for (auto _ : state) {
        copy = event;
        if (!tokenise_in_place(copy.data())) state.SkipWithError("not JSON");
    }
}
BENCHMARK_CAPTURE(rapidjson, indented, tokenise, event_text());
BENCHMARK_CAPTURE(rapidjson, unchecked, tokenise_unchecked, event_text());
BENCHMARK_CAPTURE(rapidjson, compact, tokenise, compact_text());

void decode_event(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(events::decode(event_text()));
}
BENCHMARK(decode_event);

void answer_event(benchmark::State& state, const std::string& event) {
    const HandlerPtr hello = to_handler([](Request&) { return text("hello"); });
    for (auto _ : state)
        benchmark::DoNotOptimize(events::answer(*hello, event));
}
BENCHMARK_CAPTURE(answer_event, indented, event_text());
BENCHMARK_CAPTURE(answer_event, compact, compact_text());

void record_hello(benchmark::State& state) {
    const HandlerPtr hello = to_handler([](Request&) { return text("hello"); });
    for (auto _ : state)
        benchmark::DoNotOptimize(record(*hello, Request::get("/orders?page=2")));
}
BENCHMARK(record_hello);

void base64_both_ways(benchmark::State& state) {
    const std::string bytes(64 * 1024, '\x5a');
    for (auto _ : state)
        benchmark::DoNotOptimize(base64_decode(base64_encode(bytes)));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(base64_both_ways);

void check_utf8(benchmark::State& state) {
    std::string mixed;
    while (mixed.size() < 64 * 1024)
        mixed += "plain text, then Grüße, 東京 and 😀; ";
    for (auto _ : state)
        benchmark::DoNotOptimize(is_utf8(mixed));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * mixed.size()));
}
BENCHMARK(check_utf8);

}  // namespace

BENCHMARK_MAIN();
