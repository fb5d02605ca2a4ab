// A front door that can switch protocols.
#pragma once

#include <cerrno>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

#include <turngate/http/error.h>
#include <turngate/http/response_writer.h>
#include <turngate/os/fd.h>

namespace turngate::test {

// Its client is at the other end of a pair of sockets.
class SwitchedDoor final : public ResponseSink, public RawConnection {
  public:
    SwitchedDoor() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("no sockets");
        ours_ = os::Fd(ends[0]);
        theirs_ = os::Fd(ends[1]);
        os::set_nonblocking(ours_.get());
    }
    int client() const { return theirs_.get(); }
    void client_leaves() { theirs_.reset(); }
    std::string head;
    std::string outcome;

    void on_head(int status, const Headers&) override { head = std::to_string(status); }
    void on_body(std::string_view) override {}
    void on_flush() override {}
    void on_finish() override { outcome = "finished"; }
    void on_abort() noexcept override { outcome = "aborted"; }
    RawConnection* on_switch(const Headers& headers) override {
        head = "101";
        for (const auto& [name, value] : headers)
            head.append(" ").append(name).append("=").append(value);
        return this;
    }

    int fd() const noexcept override { return ours_.get(); }
    std::optional<std::size_t> read(std::span<char> into) override {
        const ssize_t n = ::recv(ours_.get(), into.data(), into.size(), 0);
        if (n < 0 && errno == EAGAIN) return std::nullopt;
        if (n < 0) throw Cancelled("gone");
        return static_cast<std::size_t>(n);
    }
    std::size_t write(std::string_view bytes) override {
        const ssize_t n = ::send(ours_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) throw Cancelled("gone");
        return n < 0 ? 0 : static_cast<std::size_t>(n);
    }
    void end_output() noexcept override { ::shutdown(ours_.get(), SHUT_WR); }

  private:
    os::Fd ours_, theirs_;
};

}  // namespace turngate::test
