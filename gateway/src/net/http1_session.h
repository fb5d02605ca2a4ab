// HTTP/1.0 and 1.1 on one connection: request after request.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/incoming_body.h"
#include "net/outbox.h"
#include "net/session.h"
#include "net/surroundings.h"
#include <turngate/http1/head_parser.h>

namespace turngate::net {

// Small while nothing happens: what a request needs is made when it comes.
class Http1Session final : public Session {
  public:
    // `door` must outlive this.
    Http1Session(Surroundings& door, std::unique_ptr<Connection> connection);
    ~Http1Session() override;

    Step ready(const Occasion& occasion) override;
    Step expired() override;
    Step stopping() override;
    void cancel() noexcept override;
    void peer_ended() noexcept override;
    void peer_gone() noexcept override;

  private:
    enum class Phase {
        head,       // a request begins, or goes on
        body,       // one that is short is collected before the handler gets a thread
        discard,    // the rest of a body that the handler did not read
        writing,    // the end of a response that did not fit
        lingering,  // the last response has been sent: wait for the client to close
    };
    struct Arriving {
        Arriving(http1::RequestHead&& from, const http1::Limits& limits)
            : head(std::move(from)), body(head.framing, limits) {}

        http1::RequestHead head;
        IncomingBody body;
        std::string collected;
        Connection::Clock::time_point began = {};  // to come late
    };

    Step advance(const Occasion& occasion);
    bool consume(std::string_view& bytes, const Occasion& occasion);
    bool read_preface(std::string_view& bytes);
    bool read_head(std::string_view& bytes, const Occasion& occasion);
    bool is_for_handler(const Arriving& arriving);
    bool collect(std::string_view& bytes, const Occasion& occasion);
    bool discard(std::string_view& bytes);
    void begin(http1::RequestHead&& head, std::string_view& bytes, const Occasion& occasion);
    void answer(Arriving& arriving, std::string_view& bytes, const Occasion& occasion);
    void turn_away(Arriving& arriving);
    void after_response(bool keeps_alive, IncomingBody& body);
    void refuse(const http1::HeadError& error, http1::RequestHead head);
    void send_whole(std::string_view reply, bool keeps_alive);
    void linger();
    void enter(Phase phase);
    Step wait();
    Step close();

    Surroundings& door_;
    std::unique_ptr<Connection> connection_;
    Connection& socket_;  // the same, which a successor may own by now
    Outbox outbox_;
    std::stop_source gone_;
    std::atomic<Ticks> head_sent_{never};     // when the head of the response at work was
    std::atomic<Ticks> answer_began_{never};  // when it was given to the handler
    Ticks peer_ended_ = never;                // when peer_ended() was called first
    std::string kept_;                        // bytes that came and could not be dealt with yet
    std::unique_ptr<http1::RequestHeadParser> parser_;  // of a head that has begun
    std::unique_ptr<Arriving> arriving_;                // of phase body
    std::unique_ptr<IncomingBody> unread_;              // of phase discard
    Task deferred_;
    std::shared_ptr<Session> successor_;
    std::uint64_t requests_ = 0;
    std::uint64_t discarded_ = 0;
    Ticks deadline_ = never;
    Phase phase_ = Phase::head;
    Phase behind_writing_ = Phase::head;
    bool is_first_byte_read_ = false;  // of the connection, so that it speaks HTTP/1
    bool is_closing_ = false;
    bool is_in_queue_ = false;  // has had its turn, and more to do
    bool is_overdue_ = false;   // and has a last chance, for something has come ...
    bool is_read_ = false;      // ... which has been read since
};

}  // namespace turngate::net
