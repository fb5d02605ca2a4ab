#include <utility>

#include <turngate/handlers/open_runtimes.h>
#include <turngate/http/error.h>

namespace turngate::open_runtimes {

turngate::Response Response::text(std::string body, int status, Headers headers) const {
    return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

turngate::Response Response::binary(std::span<const std::byte> bytes, int status,
                                    Headers headers) const {
    return text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, status,
                std::move(headers));
}

turngate::Response Response::json(const Json& value, int status, Headers headers) const {
    headers.set("content-type", "application/json");
    return text(value.dump(), status, std::move(headers));
}

turngate::Response Response::redirect(std::string_view url, int status, Headers headers) const {
    headers.set("location", url);
    return text({}, status, std::move(headers));
}

turngate::Response completed(std::optional<turngate::Response> response) {
    if (!response)
        throw Error(
            "Return statement missing. return context.res.empty() if no response is expected.");
    const std::string_view type = response->headers.get("Content-Type", "text/plain");
    const std::string lower = lower_case(type);
    if (lower.find("charset=") == lower.npos && !lower.starts_with("multipart/"))
        response->headers.set("content-type", lower + "; charset=utf-8");
    return *std::move(response);
}

void Context::write(Level level, std::initializer_list<Json> values) const {
    std::string line;
    for (const Json& value : values) {
        if (&value != values.begin()) line += ' ';
        line += value.string() ? *value.string() : value.dump();
    }
    req.raw().context.log(level, line);
}

}  // namespace turngate::open_runtimes
