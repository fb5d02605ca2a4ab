// A program whose handler answers every request with what it saw of it, as one line of JSON: for
// tests that send raw bytes and ask what became of them.
#include "seen_request.h"
#include <turngate/turngate.h>

using namespace turngate;

int main(int argc, char** argv) {
    return run(argc, argv, [](Request& request) {
        test::SeenFields fields;
        for (const auto& field : request.headers)
            fields.emplace_back(field.name, field.value);
        return Response{.status = 200,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = test::seen_request(request.method, request.url.target(),
                                                   request.body.text(), fields)};
    });
}
