// A web server that speaks FastCGI, written from the specification alone: nothing of the code under
// test is used.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fcgi_bytes.h"
#include "support/served.h"
#include <turngate/doors/fastcgi.h>
#include <turngate/os/fd.h>

namespace turngate::test {

namespace fcgi_type {
inline constexpr int begin = 1, abort = 2, end = 3, params = 4, input = 5, output = 6;
inline constexpr int get_values = 9, values = 10, unknown = 11;
}  // namespace fcgi_type

inline std::string fcgi_pair(std::string_view name, std::string_view value) {
    std::string out;
    for (const std::size_t size : {name.size(), value.size()}) {
        if (size > 127) {
            out += static_cast<char>(size >> 24 | 0x80);
            out += static_cast<char>(size >> 16);
            out += static_cast<char>(size >> 8);
        }
        out += static_cast<char>(size);
    }
    return out.append(name).append(value);
}

using FcgiVariables = std::vector<std::pair<std::string, std::string>>;

struct FcgiRequest {
    int id = 1;
    bool keeps = false;
    int role = 1;
    std::string method = "GET";
    std::string uri = "/x";
    std::string body = {};
    FcgiVariables more = {};

    std::string begin() const {
        const std::array<char, 8> content = {'\0', static_cast<char>(role),
                                             static_cast<char>(keeps)};
        return fcgi_record(fcgi_type::begin, id, {content.data(), content.size()});
    }
    std::string params() const {
        std::string stream = fcgi_pair("REQUEST_METHOD", method) + fcgi_pair("REQUEST_URI", uri);
        if (!body.empty()) stream += fcgi_pair("CONTENT_LENGTH", std::to_string(body.size()));
        for (const auto& [name, value] : more)
            stream += fcgi_pair(name, value);
        return records(fcgi_type::params, stream) + fcgi_record(fcgi_type::params, id);
    }
    std::string input() const {
        return records(fcgi_type::input, body) + fcgi_record(fcgi_type::input, id);
    }
    std::string whole() const { return begin() + params() + input(); }

    std::string records(int type, std::string_view stream) const {
        std::string out;
        for (; !stream.empty(); stream.remove_prefix(std::min<std::size_t>(stream.size(), 32'768)))
            out += fcgi_record(type, id, stream.substr(0, 32'768));
        return out;
    }
};

struct FcgiRecord {
    int type = 0;  // 0: the connection has ended
    int id = 0;
    std::string content = {};
};

// What has come of one request.
struct FcgiReply {
    std::string output = {};
    int app_status = -1;       // -1: FCGI_END_REQUEST has not come
    int protocol_status = -1;  // the same
    bool has_output_end = false;
    std::vector<std::size_t> records = {};  // sizes of those of `output`

    bool has_ended() const { return app_status >= 0; }
    std::string status() const {
        return output.starts_with("Status: ") ? output.substr(8, 3) : std::string("none");
    }
    std::string body() const {
        const std::size_t at = output.find("\r\n\r\n");
        return at == std::string::npos ? std::string() : output.substr(at + 4);
    }
};

class FcgiClient {
  public:
    explicit FcgiClient(os::Fd fd) : fd_(std::move(fd)) {}

    const os::Fd& fd() const { return fd_; }

    // Whether the other end takes it is told by what comes.
    void send(std::string_view bytes) const {
        try {
            os::write_whole(fd_.get(), bytes);
        } catch (const std::system_error&) {
        }
    }

    FcgiRecord read_record() const {
        std::array<char, 8> header{};
        if (!read(header)) return {};
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(header[i]); };
        FcgiRecord out{byte(1), byte(2) << 8 | byte(3), {}};
        out.content.resize(static_cast<std::size_t>(byte(4) << 8 | byte(5)));
        std::string padding(byte(6), '\0');
        return read(out.content) && read(padding) ? out : FcgiRecord{};
    }

    // Until the request has ended, or the connection. What comes of others is kept.
    FcgiReply read_reply(int id = 1) {
        while (!replies_[id].has_ended()) {
            const FcgiRecord record = read_record();
            if (record.type == 0) break;
            take(record);
        }
        return std::exchange(replies_[id], {});
    }

    FcgiReply ask(const FcgiRequest& request) {
        send(request.whole());
        return read_reply(request.id);
    }

    bool is_at_end() const { return read_record().type == 0; }

  private:
    bool read(std::span<char> into) const {
        try {
            return os::read_whole(fd_.get(), into) == into.size();
        } catch (const std::system_error&) {
            return false;
        }
    }

    void take(const FcgiRecord& record) {
        FcgiReply& reply = replies_[record.id];
        if (record.type == fcgi_type::output) {
            reply.output += record.content;
            if (record.content.empty())
                reply.has_output_end = true;
            else
                reply.records.push_back(record.content.size());
        } else if (record.type == fcgi_type::end && record.content.size() == 8) {
            reply.app_status = 0;
            for (std::size_t i = 0; i < 4; ++i)
                reply.app_status =
                    reply.app_status << 8 | static_cast<unsigned char>(record.content[i]);
            reply.protocol_status = static_cast<unsigned char>(record.content[4]);
        }
    }

    os::Fd fd_;
    std::map<int, FcgiReply> replies_;
};

// A FastCGI door that serves a handler, on a port of the kernel's choice unless it says other.
class ServedFcgi : public Served {
  public:
    template <class F>
    explicit ServedFcgi(F handler, FastcgiOptions options = {})
        : Served(std::move(handler), door_of(std::move(options))) {}

    FcgiClient client() const { return FcgiClient(connect()); }

    FcgiReply ask(const FcgiRequest& request) const { return client().ask(request); }

  private:
    static std::unique_ptr<ListeningDoor> door_of(FastcgiOptions options) {
        if (options.common.listen == FastcgiOptions().common.listen)
            options.common.listen = {"127.0.0.1:0"};
        return fastcgi_door(std::move(options));
    }
};

}  // namespace turngate::test
