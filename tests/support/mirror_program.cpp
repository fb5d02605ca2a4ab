// A program whose handler answers every request with what it saw of it, as one line of JSON: for
// tests that send raw bytes and ask what became of them.
#include <array>
#include <string>

#include <turngate/json/json.h>
#include <turngate/turngate.h>

using namespace turngate;

namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    return run(argc, argv, [](Request& request) {
        Json::Array names;
        for (const auto& field : request.headers)
            names.emplace_back(field.name);
        const std::string& body = request.body.text();
        return Response{.status = 200,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = Json::object({{"m", request.method},
                                              {"u", request.url.target()},
                                              {"bl", static_cast<std::int64_t>(body.size())},
                                              {"bh", hex(std::string_view(body).substr(0, 64))},
                                              {"h", std::move(names)}})
                                    .dump() +
                                '\n'};
    });
}
