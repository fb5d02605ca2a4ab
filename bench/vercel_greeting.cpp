// What measure_vercel.py sets beside the same handler on @vercel/node: a query parameter in, JSON
// out.
#include <turngate/turngate.h>

namespace vercel = turngate::vercel;
using turngate::Json;

int main(int argc, char** argv) {
    return turngate::run(
        argc, argv, vercel::handler([](vercel::Request& req, vercel::Response& res) {
            res.status(200).json(Json::object({{"greeting", "Hello, " + req.query("name")},
                                               {"items", Json::array({1, 2, 3})},
                                               {"ok", true}}));
        }));
}
