#include "file_answer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include <turngate/http/byte_ranges.h>
#include <turngate/http/date.h>

namespace turngate {
namespace {

std::string new_boundary() {
    thread_local std::mt19937_64 random(std::random_device{}());
    std::array<char, 33> text;
    std::snprintf(text.data(), text.size(), "%016llx%016llx",
                  static_cast<unsigned long long>(random()),
                  static_cast<unsigned long long>(random()));
    return text.data();
}

// What a year of four digits can say.
bool is_printable(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    return time >= sys_days(year(0) / 1 / 1) && time < sys_days(year(10'000) / 1 / 1);
}

void send_parts(ResponseWriter& response, const OpenFile& file, std::string_view type,
                const std::vector<ByteRange>& ranges, std::uint64_t size) {
    const std::string boundary = new_boundary();
    std::vector<std::string> heads;
    std::string close = "\r\n--" + boundary + "--\r\n";
    std::uint64_t length = close.size();
    for (const ByteRange& range : ranges) {
        heads.push_back((heads.empty() ? "--" : "\r\n--") + boundary +
                        "\r\nContent-Type: " + std::string(type) +
                        "\r\nContent-Range: " + range.content_range(size) + "\r\n\r\n");
        length += heads.back().size() + range.size();
    }
    response.header("Content-Type", "multipart/byteranges; boundary=" + boundary);
    response.header("Content-Length", std::to_string(length));
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        response.write(heads[i]);
        response.write_file(file.fd.get(), ranges[i].first, ranges[i].size());
    }
    response.write(close);
}

}  // namespace

Validators validators_of(const struct stat& facts) {
    std::array<char, 80> tag;
    std::snprintf(tag.data(), tag.size(), "\"%llx.%09lx-%llx-%llx\"",
                  static_cast<unsigned long long>(facts.st_mtim.tv_sec),
                  static_cast<unsigned long>(facts.st_mtim.tv_nsec),
                  static_cast<unsigned long long>(facts.st_size),
                  static_cast<unsigned long long>(facts.st_ino));
    Validators out{tag.data(), std::nullopt};
    const std::chrono::sys_seconds time{std::chrono::seconds(facts.st_mtim.tv_sec)};
    // Never later than now (RFC 9110 section 8.8.2.1).
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (is_printable(time)) out.last_modified = std::min(time, now);
    return out;
}

void answer_with_file(const Request& request, ResponseWriter& response, const OpenFile& file,
                      std::string_view type) {
    const auto size = static_cast<std::uint64_t>(file.facts.st_size);
    const Validators current = validators_of(file.facts);
    response.header("ETag", current.etag);
    if (current.last_modified) response.header("Last-Modified", http_date(*current.last_modified));
    switch (check_preconditions(request.method, request.headers, current)) {
        case Precondition::not_modified:
            response.status(304);
            return;
        case Precondition::failed:
            response.status(412).write("the file is another one than the request asks for\n");
            return;
        case Precondition::holds:
            break;
    }
    response.header("Accept-Ranges", "bytes");
    RangeChoice choice;
    if (request.method == "GET" && range_may_apply(request.headers, current))
        choice = choose_ranges(request.headers.joined("Range"), size);
    if (choice.kind == RangeChoice::Kind::unsatisfiable) {
        response.status(416).header("Content-Range", "bytes */" + std::to_string(size));
        response.write("the file has no such range, or too many were asked for at once\n");
        return;
    }
    if (!file.coding.empty()) response.header("Content-Encoding", file.coding);
    if (choice.kind == RangeChoice::Kind::partial && choice.ranges.size() > 1) {
        response.status(206);
        return send_parts(response, file, type, choice.ranges, size);
    }
    ByteRange range{0, size - 1};
    if (choice.kind == RangeChoice::Kind::partial) {
        range = choice.ranges.front();
        response.status(206).header("Content-Range", range.content_range(size));
    }
    response.header("Content-Type", type).header("Content-Length", std::to_string(range.size()));
    if (request.method == "GET") response.write_file(file.fd.get(), range.first, range.size());
}

}  // namespace turngate
