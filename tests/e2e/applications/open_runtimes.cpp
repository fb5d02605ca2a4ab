// A function for the tests of Open Runtimes: does what the field x-action says, as the functions do
// that its own tests run; with APPLICATION_IS_OLD set it is one of Appwrite's older functions.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <unistd.h>

#include <turngate/handlers/appwrite.h>
#include <turngate/handlers/fetch.h>
#include <turngate/handlers/open_runtimes.h>
#include <turngate/http/encoding.h>
#include <turngate/turngate.h>

using namespace turngate;
using namespace std::chrono_literals;

namespace {

using open_runtimes::Context;
using Answer = std::optional<Response>;

Json or_null(const char* text) {
    return text ? Json(text) : Json();
}

Response log_all(Context& context) {
    std::cout << "Native log";
    context.log("Debug log");
    context.error("Error log");
    context.log("Log+With+Plus+Symbol");
    context.log(42);
    context.log(4.2);
    context.log(true);
    context.log(Json::object({{"objectKey", "objectValue"}}));
    context.log(Json::array({"arrayValue"}));
    context.log(std::string(9000, 'A'));
    context.error(std::string(9000, 'B'));
    return context.res.text("");
}

// What is not std::cout.
Response print_all(Context& context) {
    std::printf("by printf\n");
    (void)!::write(STDOUT_FILENO, "by write\n", 9);
    (void)!std::system("echo by a child; echo by its error output >&2");
    std::cerr << "by cerr\n";
    (void)!::write(STDOUT_FILENO, "by half a line", 14);
    return context.res.text("");
}

Response texts(Context& context, std::string_view action) {
    if (action == "customCharsetResponse")
        return context.res.text("ÅÆ", 200, {{"content-type", "text/plain; charset=iso-8859-1"}});
    if (action == "uppercaseCharsetResponse")
        return context.res.text("ÅÆ", 200, {{"content-type", "TEXT/PLAIN"}});
    return context.res.text("--12345\n--12345--", 200,
                            {{"content-type", "multipart/form-data; boundary=12345"}});
}

Response headers(Context& context) {
    const auto or_missing = [&](std::string_view name) {
        const std::string_view value = context.req.header(name);
        return value.empty() ? std::string_view("missing") : value;
    };
    return context.res.text("OK", 200,
                            {{"first-header", "first-value"},
                             {"second-header", or_missing("x-open-runtimes-custom-in-header")},
                             {"cookie", or_missing("cookie")},
                             {"x-open-runtimes-custom-out-header", "third-value"}});
}

Response url(Context& context) {
    const auto& req = context.req;
    return context.res.json(Json::object({{"url", req.url()},
                                          {"port", req.port()},
                                          {"path", req.path()},
                                          {"query", req.query()},
                                          {"queryString", req.query_string()},
                                          {"scheme", req.scheme()},
                                          {"host", req.host()}}));
}

Response binary(Context& context, std::string_view action) {
    const std::byte middle = std::byte(10 * (action.back() - '0'));
    const std::byte bytes[] = {std::byte{0}, middle, std::byte{255}};
    return context.res.binary(bytes);
}

Response timeout(Context& context) {
    context.log("Timeout start.");
    std::this_thread::sleep_for(3s);
    context.log("Timeout end.");
    std::cout << "Timeout end, printed.\n";
    return context.res.text("Successful response.");
}

// Asks another server, as functions do that use a library for it.
Response library(Context& context) {
    const auto reply =
        fetch(context.req.raw().context,
              {.url = std::getenv("APPLICATION_TODOS") + std::string(context.req.body_text())});
    return context.res.json(Json::object({{"todo", Json::parse(reply.body)}}));
}

// Until four are there at once; whose time is over before is cancelled.
Response meet(Context& context) {
    static std::atomic<int> there = 0;
    for (++there; there < 4;) {
        context.req.raw().context.check();
        std::this_thread::sleep_for(1ms);
    }
    return context.res.text("");
}

// linger() hears of no deadline, and prints when meanwhile() is called.
std::atomic<bool> may_print = false, has_printed = false;

Response linger(Context& context) {
    may_print.wait(false);
    (void)!::write(STDOUT_FILENO, "late words\n", 11);
    has_printed = true;
    has_printed.notify_all();
    return context.res.text("");
}

Response meanwhile(Context& context) {
    may_print = true;
    may_print.notify_all();
    has_printed.wait(false);
    return context.res.text("");
}

Response until_file(Context& context) {
    const std::filesystem::path folder = std::getenv("APPLICATION_FOLDER");
    std::ofstream(folder / "begun").flush();
    while (!exists(folder / "file")) {
        context.req.raw().context.check();
        std::this_thread::sleep_for(1ms);
    }
    return context.res.text("there it is");
}

Answer act(Context& context) {
    auto& [req, res] = context;
    const std::string action(req.header("x-action"));
    if (action == "plaintextResponse") return res.text("Hello World 👋");
    if (action == "jsonResponse")
        return res.json(Json::object({{"json", true}, {"message", "Developers are awesome."}}));
    if (action.ends_with("CharsetResponse") || action == "multipartResponse")
        return texts(context, action);
    if (action == "redirectResponse") return res.redirect("https://github.com/");
    if (action == "emptyResponse") return res.empty();
    if (action == "noResponse") return std::nullopt;
    if (action == "doubleResponse") {
        (void)res.text("This should be ignored.");
        return res.text("This should be returned.");
    }
    if (action == "enforcedHeaders")
        return res.json(
            Json::object({{"x-custom", req.header("x-custom")},
                          {"x-custom-uppercase", req.header("x-custom-uppercase")},
                          {"x-open-runtimes-custom", req.header("x-open-runtimes-custom")}}));
    if (action == "headersResponse") return headers(context);
    if (action == "statusResponse") return res.text("FAIL", 404);
    if (action == "requestMethod") return res.text(req.method());
    if (action == "requestUrl") return url(context);
    if (action == "requestHeaders") return res.json(req.headers());
    if (action == "requestBodyText") return res.text(req.body_text());
    if (action == "requestBodyJson") return res.json(req.body_json());
    if (action == "requestBodyBinary")
        return res.binary(std::as_bytes(std::span(req.body_binary())));
    if (action == "requestBodyTextAuto") return res.text(*req.body().string());
    if (action == "requestBodyJsonAuto") return res.json(req.body());
    if (action.starts_with("binaryResponse") && action != "binaryResponseLarge")
        return binary(context, action);
    if (action == "binaryResponseLarge")
        return res.text(base64_encode(req.body_binary()), 200, {{"x-method", req.method()}});
    if (action == "envVars")
        return res.json(Json::object({{"var", or_null(std::getenv("CUSTOM_ENV_VAR"))},
                                      {"emptyVar", or_null(std::getenv("NOT_DEFINED_VAR"))}}));
    if (action == "logs") return log_all(context);
    if (action == "prints") return print_all(context);
    if (action == "timeout") return timeout(context);
    if (action == "library") return library(context);
    if (action == "meet") return meet(context);
    if (action == "linger") return linger(context);
    if (action == "meanwhile") return meanwhile(context);
    if (action == "untilFile") return until_file(context);
    if (action == "deprecatedMethods") return res.send(req.body_text());
    if (action == "deprecatedMethodsUntypedBody") return res.send("50");
    if (action == "deprecatedMethodsBytesBody")
        return res.binary(std::as_bytes(std::span("\x89PNG", 4)), 200,
                          {{"content-type", "image/png"}});
    if (action == "spreadOperatorLogs") {
        context.log("engine:", "open-runtimes");
        context.error("engine:", "open-runtimes");
        return res.text("OK");
    }
    if (action == "setCookie" || action == "setCookie2")
        return res.text("OK", 200,
                        {{"set-cookie", "cookie=value; path=/"},
                         {"set-cookie", "cookie2=value2; path=/"},
                         {"some-header", "some-value"}});
    if (action == "errorTest") {
        context.log("Before error...");
        throw std::invalid_argument("Error!");
    }
    if (action == "notFound") throw HttpError(404, "there is no such thing");
    if (action == "gatewayError") throw ProtocolError("the upstream is broken");
    if (action == "stubborn") {  // hears of no deadline
        static std::atomic<bool> is_over = false;
        is_over.wait(false);
    }
    if (action == "patient") {
        while (!req.raw().context.cancelled())
            std::this_thread::sleep_for(5ms);
        context.log("heard of it");
        return res.text("late");
    }
    throw std::invalid_argument("open_runtimes.cpp: Unknown action");
}

// What the functions of Appwrite's tests did, and what goes wrong.
void main_of_appwrite(const appwrite::Request& req, appwrite::Response& res) {
    if (req.payload == "text") return res.send("Hello, " + req.env["NAME"].string_or("nobody"));
    if (req.payload == "teapot") return res.json(Json::object({{"kind", "tea"}}), 418);
    if (req.payload == "boom") throw std::runtime_error("boom");
    if (req.payload == "missing") throw HttpError(404, "no such function");
    if (req.payload == "slow") std::this_thread::sleep_for(3s);
    std::cout << "log1\n{hello: world}\n";
    std::cerr << "oops\n";
    const std::string variable =
        req.env["ENV1"].string() ? *req.env["ENV1"].string() : req.env["test-env"].string_or("");
    res.json(Json::object({{"normal", "Hello World!"},
                           {"env1", variable},
                           {"payload", req.payload},
                           {"header", req.headers["x-test-header"].string_or("")},
                           {"trigger", req.headers["x-appwrite-trigger"].string_or("")}}));
}

}  // namespace

int main(int argc, char** argv) {
    const bool is_old = std::getenv("APPLICATION_IS_OLD") != nullptr;
    return run(argc, argv,
               is_old ? appwrite::handler(main_of_appwrite) : open_runtimes::handler(act));
}
