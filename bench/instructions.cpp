// instructions WHAT COUNT: does WHAT, "answer", "tokenise" or "serve", COUNT times; for counting
// instructions.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "serve_hello.h"
#include "tokenise.h"
#include <turngate/events/event.h>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    std::ifstream file(BENCH_DATA "/apigw-v1.json");
    const std::string event(std::istreambuf_iterator<char>(file), {});
    const bool answers = std::string(argv[1]) == "answer";
    const auto hello =
        turngate::to_handler([](turngate::Request&) { return turngate::text("hello"); });
    if (std::string(argv[1]) == "serve") return serve_hello(*hello, std::atoi(argv[2])) ? 0 : 1;
    std::string copy;
    for (int i = std::atoi(argv[2]); i > 0; --i) {
        if (answers && turngate::events::answer(*hello, event).empty()) return 1;
        if (!answers && !tokenise((copy = event).data())) return 1;
    }
    return 0;
}
