// A function of Open Runtimes: context in, response out. It runs on every other platform as well.
#include <turngate/handlers/open_runtimes.h>
#include <turngate/turngate.h>

using turngate::Json;
namespace open_runtimes = turngate::open_runtimes;

static turngate::Response greet(open_runtimes::Context& context) {
    if (context.req.method() != "POST")
        return context.res.text("POST only\n", 405, {{"allow", "POST"}});

    const Json body = context.req.body();  // what JSON says, else a string
    const std::string name = body["name"].string_or("");
    if (name.empty()) {
        context.error("no name in", body);
        return context.res.json(Json::object({{"error", "\"name\" must be a string"}}), 422);
    }
    context.log("greeting", name, "asked by", context.req.header("x-appwrite-trigger"));
    return context.res.json(Json::object({{"greeting", "Hello, " + name}}), 200,
                            {{"set-cookie", "theme=light; path=/"}, {"set-cookie", "seen=1"}});
}

int main(int argc, char** argv) {
    return turngate::run(argc, argv, open_runtimes::handler(greet));
}
