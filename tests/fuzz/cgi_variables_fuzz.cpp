// CGI variables: any environment is a request or a clean error, and the variables of a request lead
// to the same variables again.
// covers: handlers/src/cgi/variables.cpp handlers/src/cgi/request_of.cpp
#include <cstdlib>
#include <string>

#include <turngate/cgi/variables.h>

using namespace turngate;

namespace {

// "NAME=value" lines.
cgi::Variables parse(std::string_view bytes) {
    cgi::Variables out = {{"REQUEST_METHOD", "GET"}};
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
        if (const auto eq = line.find('='); eq != std::string_view::npos)
            out[std::string(line.substr(0, eq))] = line.substr(eq + 1);
    }
    return out;
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const cgi::Variables given = parse({reinterpret_cast<const char*>(data), size});
    cgi::Variables there;
    Request request;
    try {
        request = cgi::to_request(given);
        there = cgi::to_variables(request);
    } catch (const Error&) {
        return 0;
    }
    require(!there.contains("HTTP_PROXY"));
    require(!there.contains("HTTP_CONNECTION"));
    for (const auto& [name, value] : there)
        require(!name.empty() && name.find_first_of("=\n") == std::string::npos);

    const Request back = cgi::to_request(there);
    require(back.url.request_uri() == request.url.request_uri());
    cgi::Variables again = cgi::to_variables(back);
    // Without a host the server is "localhost", and that is then the host.
    if (there["HTTP_HOST"].empty()) again["HTTP_HOST"].clear();
    require(again == there);
    return 0;
}
