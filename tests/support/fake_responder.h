// A FastCGI application that answers with whatever bytes a test wants. Deliberately without our
// codec.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fake_upstream.h"

namespace turngate::test {

// As bytes, of the request 1 if nothing else is said.
std::string record(int type, std::string_view content, int id = 1, std::size_t padding = 0);
std::string output(std::string_view text);  // one record, and none if there is nothing
std::string output_end();
std::string errors(std::string_view text);
std::string end_request(std::uint32_t app_status = 0, int protocol_status = 0);

// A whole reply, as libfcgi has it.
std::string reply(std::string_view text);

// What a responder is asked.
struct SeenFcgi {
    bool is_there = false;  // false: the connection ended before all of it had come
    int role = 0;
    bool keeps = false;
    std::map<std::string, std::string> params;
    std::string body;
    std::size_t largest_record = 0;  // of the body
    std::string problem;             // what no application would take; empty: nothing
};

// One connection of it.
class ResponderPeer {
  public:
    explicit ResponderPeer(FakePeer& peer) : number(peer.number), peer_(peer) {}

    const std::size_t number;  // of the connection, from 1

    SeenFcgi read_request();
    SeenFcgi read_head();  // up to the end of the variables

    // The body goes on: one record of it; empty at its end, and at the connection's.
    std::string read_body();

    bool write(std::string_view bytes) { return peer_.write(bytes); }
    bool wait_for_end() { return peer_.wait_for_end(); }
    void reset() { peer_.reset(); }
    FakePeer& raw() { return peer_; }

  private:
    struct Record {
        int type = 0;  // 0: the end
        int id = 0;
        std::string content = {};
        std::size_t padding = 0;
    };
    Record read_record();
    void read_params(const std::string& content, SeenFcgi& seen);

    FakePeer& peer_;
};

class FakeResponder {
  public:
    using Script = std::function<void(ResponderPeer&)>;

    // As FakeUpstream.
    explicit FakeResponder(Script script, const std::string& path = {});

    // For FcgiOptions::backends.
    const std::string& backend() const { return backend_; }
    std::size_t connections() const { return server_.connections(); }

    // Answers each request on each connection with these bytes, and closes connections that are
    // not to be kept.
    static Script always(std::string bytes);
    // Answers one request on each connection with these bytes, and closes it.
    static Script once(std::string bytes);

  private:
    FakeUpstream server_;
    std::string backend_;
};

}  // namespace turngate::test
