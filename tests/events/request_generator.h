// Requests of all kinds for property tests, the same ones for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <turngate/http/request.h>

namespace turngate::test {

class RequestGenerator {
  public:
    explicit RequestGenerator(std::uint64_t seed) : state_(seed * 2654435761u + 1) {}

    Request next() {
        static const std::vector<std::string> methods = {"GET",     "POST",  "PUT",     "DELETE",
                                                         "OPTIONS", "PATCH", "X-CUSTOM"};
        Request request;
        request.method = pick(methods);
        request.url.path = path();
        request.url.query = query();
        request.url.host = "shop.example";
        request.url.scheme = "https";
        request.remote_address = "198.51.100." + std::to_string(below(255));
        headers(request.headers);
        body(request);
        return request;
    }

  private:
    // SplitMix64, for the same numbers with every standard library.
    std::uint64_t below(std::uint64_t limit) {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (z ^ (z >> 31)) % limit;
    }
    const std::string& pick(const std::vector<std::string>& from) {
        return from[below(from.size())];
    }

    std::string path() {
        static const std::vector<std::string> segments = {
            "orders", "a%2Fb", "a+b",       "a%20b", "caf%C3%A9", "%25",     "x%3Fy",
            "..",     "",      "a;b=c",     "a:b@c", "%7Euser",   "a%252Fb", "100%25",
            "(x)",    "*",     "%e2%82%ac", "a%23b", "-._~",      "!$&'(),="};
        std::string path;
        for (std::uint64_t i = below(4) + 1; i > 0; --i)
            path += '/' + pick(segments);
        return path;
    }

    std::string query() {
        static const std::vector<std::string> names = {
            "a", "b", "a[]", "a%5Bb%5D", "sp%20ace", "c.d", "%C3%BC", "p+q", "e%3Df"};
        static const std::vector<std::string> values = {
            "=1",   "=",    "",     "=x%20y", "=x+y",       "=a%26b", "=a%3Db",
            "=%25", "=a=b", "=%2B", "=/?:@",  "=caf%C3%A9", "=%252F"};
        std::string query;
        for (std::uint64_t i = below(5); i > 0; --i) {
            if (!query.empty()) query += '&';
            query += pick(names) + pick(values);
        }
        return query;
    }

    void headers(Headers& headers) {
        static const std::vector<std::string> names = {
            "X-Tag",        "x-tag",      "Accept",
            "X-Empty",      "User-Agent", "Cookie",
            "cookie",       "TE",         "X-Amzn-Request-Context",
            "If-None-Match"};
        static const std::vector<std::string> values = {
            "one",         "two, three", "",
            "a=1; b=2",    "c=3",        "\"quoted \\\" one\"",
            "caf\xc3\xa9", "tab\there",  "Mon, 01 Jan 2024 00:00:00 GMT"};
        if (below(2)) headers.add(below(2) ? "Host" : "host", "shop.example");
        if (below(3) == 0) headers.add("X-Forwarded-For", "198.51.100.7, 10.0.0.1");
        for (std::uint64_t i = below(6); i > 0; --i)
            headers.add(pick(names), pick(values));
    }

    void body(Request& request) {
        static const std::vector<std::string> types = {"application/json",
                                                       "text/plain; charset=utf-8",
                                                       "application/x-www-form-urlencoded",
                                                       "image/png",
                                                       "application/problem+json",
                                                       "multipart/form-data; boundary=x",
                                                       ""};
        static const std::vector<std::string> bodies = {"",
                                                        "{\"a\":1}",
                                                        "text with caf\xc3\xa9\n",
                                                        std::string("\0\x01\xff\xfe", 4),
                                                        "quote\" back\\slash \x1f",
                                                        std::string(300, 'x')};
        const std::string& type = pick(types);
        if (!type.empty()) request.headers.add("Content-Type", type);
        if (below(5) == 0) request.headers.add("Content-Encoding", "gzip");
        const std::string& bytes = pick(bodies);
        if (!bytes.empty() || below(4) == 0)
            request.headers.add("Content-Length", std::to_string(bytes.size()));
        request.body = Body(bytes);
    }

    std::uint64_t state_;
};

}  // namespace turngate::test
