// A FastCGI application's reply, records and the head in them: every cut gives the same outcome,
// and nothing reaches a client that was not in a record of output. covers:
// handlers/src/fcgi/record.cpp handlers/src/cgi/response_head.cpp
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <turngate/cgi/response_head.h>
#include <turngate/fcgi/record.h>

using namespace turngate;
using fcgi::RecordReader;
using fcgi::Type;

namespace {

struct Reply {
    bool has_head = false;
    bool has_end = false;
    int status = 0;
    std::string body;
    std::string error;
    std::size_t output = 0;  // bytes of all records of it
};

void take_output(std::string_view bytes, cgi::ResponseHeadReader& head, Reply& reply) {
    reply.output += bytes.size();
    if (reply.has_head) {
        reply.body += bytes;
    } else if (head.feed(bytes)) {
        reply.has_head = true;
        reply.status = head.head().status;
        reply.body = head.rest();
    }
}

Reply read(std::string_view input, std::size_t step) {
    Reply reply;
    RecordReader reader;
    cgi::ResponseHeadReader head;
    try {
        for (std::size_t at = 0; at < input.size(); at += step) {
            std::string_view rest = input.substr(at, step);
            for (RecordReader::Piece piece; !reply.has_end;) {
                const RecordReader::Result result = reader.next(rest, piece);
                if (result == RecordReader::Result::more) break;
                if (result == RecordReader::Result::failed) throw ProtocolError(reader.error());
                if (piece.header.type == Type::end_request)
                    reply.has_end = true;
                else if (piece.header.type == Type::standard_output && !piece.content.empty())
                    take_output(piece.content, head, reply);
            }
        }
    } catch (const ProtocolError& e) {
        reply.error = e.what();
    }
    return reply;
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Reply whole = read(input, std::max<std::size_t>(size, 1));
    require(whole.output <= size && whole.body.size() <= whole.output);
    if (whole.has_head) require(whole.status >= 200 && whole.status <= 599);
    for (std::size_t step : {1u, 3u, 8u, 65u}) {
        const Reply pieces = read(input, step);
        require(pieces.has_head == whole.has_head && pieces.has_end == whole.has_end);
        require(pieces.status == whole.status && pieces.body == whole.body);
        require(pieces.error == whole.error);
    }
    return 0;
}
