// Children of pools in tests, and the plain client that asks them: the path without its '/' is the
// line they get.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>

#include "spawned_program.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/handlers/spawned_fcgi.h>
#include <turngate/http/encoding.h>
#include <turngate/http/serve.h>
#include <turngate/os/fd.h>
#include <turngate/os/socket.h>

namespace turngate::test {

class PlainClient final : public Handler {
  public:
    explicit PlainClient(const std::string& address) : address_(os::Address::parse(address)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        std::string answer;
        try {
            const os::Fd socket =
                os::connect_to(address_, std::chrono::seconds(1), request.context.stop);
            const std::stop_callback cancel(request.context.stop,
                                            [&] { ::shutdown(socket.get(), SHUT_RDWR); });
            if (const auto left = request.context.remaining()) {
                const auto us = std::chrono::microseconds(*left + std::chrono::milliseconds(1));
                const timeval time = {0, static_cast<suseconds_t>(us.count())};  // REQUIRES: < 1 s
                ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
            }
            os::write_whole(socket.get(), percent_decode(request.url.path.substr(1)) + '\n');
            std::array<char, 4096> block;
            while (const std::size_t n = os::read_some(socket.get(), block))
                answer.append(block.data(), n);
        } catch (const std::system_error& e) {
            if (e.code().value() == EAGAIN) throw OverdueReply("the child is late");
            answer.clear();
        }
        request.context.check();
        if (answer.empty()) throw UnansweredRequest("the child has not answered");
        if (answer == "half") throw ProtocolError("the child has broken off");
        response.write(answer);
    }

  private:
    const os::Address address_;
};

// `log`, if there is one, must outlive the handler.
inline FcgiSpawnOptions pool_of(std::string command, ProgramLog* log = nullptr) {
    FcgiSpawnOptions options{.command = std::move(command)};
    options.max_children = 1;
    options.first_delay = std::chrono::milliseconds(1);
    if (log) options.log = [log](Level, std::string_view line) { log->add(line); };
    options.open = [](const std::string& address) -> HandlerPtr {
        return std::make_shared<const PlainClient>(address);
    };
    return options;
}

inline FcgiSpawnOptions pool(const std::string& arguments = "", ProgramLog* log = nullptr) {
    return pool_of("exec '" TURNGATE_POOL_CHILD "' " + arguments, log);
}

// What a child says to a line.
inline Response ask(const HandlerPtr& handler, const std::string& line) {
    return record(*handler, Request::get("/" + percent_escape_path(line)));
}

inline pid_t pid_of(const HandlerPtr& handler) {
    return std::atoi(ask(handler, "pid").body.c_str());
}

}  // namespace turngate::test
