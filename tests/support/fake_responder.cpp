#include "fake_responder.h"

#include <algorithm>
#include <memory>

namespace turngate::test {
namespace {

constexpr int begin_type = 1, end_type = 3, params_type = 4, input_type = 5, output_type = 6,
              error_type = 7;

unsigned char byte(const std::string& bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes.at(at));
}

// From the front of bytes[at...].
std::size_t read_length(const std::string& bytes, std::size_t& at) {
    std::size_t length = byte(bytes, at++);
    if (length < 128) return length;
    length -= 128;
    for (int i = 0; i < 3; ++i)
        length = length * 256 + byte(bytes, at++);
    return length;
}

}  // namespace

std::string record(int type, std::string_view content, int id, std::size_t padding) {
    std::string out = {1,
                       static_cast<char>(type),
                       static_cast<char>(id >> 8),
                       static_cast<char>(id),
                       static_cast<char>(content.size() >> 8),
                       static_cast<char>(content.size()),
                       static_cast<char>(padding),
                       0};
    return out.append(content).append(padding, '\0');
}

std::string output(std::string_view text) {
    return text.empty() ? std::string() : record(output_type, text);
}

std::string output_end() {
    return record(output_type, {});
}

std::string errors(std::string_view text) {
    return record(error_type, text);
}

std::string end_request(std::uint32_t app_status, int protocol_status) {
    const std::string content = {static_cast<char>(app_status >> 24),
                                 static_cast<char>(app_status >> 16),
                                 static_cast<char>(app_status >> 8),
                                 static_cast<char>(app_status),
                                 static_cast<char>(protocol_status),
                                 'r',  // as they were
                                 's',
                                 'v'};
    return record(end_type, content);
}

std::string reply(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 8184)))
        out += output(text.substr(0, 8184));
    return out + output_end() + end_request();
}

SeenFcgi ResponderPeer::read_request() {
    SeenFcgi seen = read_head();
    if (!seen.is_there) return seen;
    for (;;) {
        const Record record = read_record();
        if (record.type != input_type) {
            seen.is_there = false;
            return seen;
        }
        if (record.padding > 0) seen.problem = "padding on the body";
        if (record.content.empty()) return seen;
        seen.largest_record = std::max(seen.largest_record, record.content.size());
        seen.body += record.content;
    }
}

SeenFcgi ResponderPeer::read_head() {
    SeenFcgi seen;
    const Record begin = read_record();
    if (begin.type != begin_type || begin.content.size() != 8) return seen;
    seen.role = byte(begin.content, 0) * 256 + byte(begin.content, 1);
    seen.keeps = byte(begin.content, 2) == 1;
    if (begin.id != 1) seen.problem = "another id than 1";
    for (;;) {
        const Record record = read_record();
        if (record.type != params_type) return seen;
        if (record.padding > 0) seen.problem = "padding on the variables";
        if (record.content.empty()) break;
        read_params(record.content, seen);
    }
    seen.is_there = true;
    return seen;
}

std::string ResponderPeer::read_body() {
    return read_record().content;
}

// Record by record, as php-fpm does it.
void ResponderPeer::read_params(const std::string& content, SeenFcgi& seen) {
    try {
        for (std::size_t at = 0; at < content.size();) {
            const std::size_t name = read_length(content, at), value = read_length(content, at);
            if (at + name + value > content.size()) throw std::out_of_range("a pair");
            if (!seen.params.emplace(content.substr(at, name), content.substr(at + name, value))
                     .second)
                seen.problem = "a variable twice";
            at += name + value;
        }
    } catch (const std::out_of_range&) {
        seen.problem = "a pair does not end in its record";
    }
}

ResponderPeer::Record ResponderPeer::read_record() {
    const std::string header = peer_.read_bytes(8);
    if (header.size() < 8 || header[0] != 1) return {};
    Record record{.type = byte(header, 1), .id = byte(header, 2) * 256 + byte(header, 3)};
    const std::size_t size = byte(header, 4) * 256u + byte(header, 5);
    record.content = peer_.read_bytes(size);
    record.padding = byte(header, 6);
    peer_.read_bytes(record.padding);
    if (record.content.size() < size) return {};
    return record;
}

FakeResponder::FakeResponder(Script script, const std::string& path)
    : server_(
          [script = std::move(script)](FakePeer& peer) {
              ResponderPeer responder(peer);
              script(responder);
          },
          path),
      backend_(path.empty() ? "127.0.0.1:" + std::to_string(server_.port()) : "unix:" + path) {}

FakeResponder::Script FakeResponder::always(std::string bytes) {
    return [bytes = std::move(bytes)](ResponderPeer& peer) {
        for (SeenFcgi seen; (seen = peer.read_request()).is_there;) {
            peer.write(bytes);
            if (!seen.keeps) return;
        }
    };
}

FakeResponder::Script FakeResponder::once(std::string bytes) {
    return [bytes = std::move(bytes)](ResponderPeer& peer) {
        peer.read_request();
        peer.write(bytes);
    };
}

}  // namespace turngate::test
