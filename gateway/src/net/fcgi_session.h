// FastCGI on one connection: requests that come and go, several at a time, each with a handler on
// a thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"
#include "net/fcgi_notices.h"
#include "net/fcgi_output.h"
#include "net/fcgi_stream.h"
#include "net/multiplexed.h"
#include <turngate/doors/fastcgi.h>
#include <turngate/fcgi/record.h>

namespace turngate::net {

class FcgiSession final : public Multiplexed<FcgiStream> {
  public:
    // `door`, `options` and `notices` must outlive this.
    FcgiSession(Surroundings& door, const FastcgiOptions& options, FcgiNotices& notices,
                std::unique_ptr<Connection> connection);
    ~FcgiSession() override;

    Step ready(const Occasion& occasion) override;
    Step expired() override;
    Step stopping() override;
    void cancel() noexcept override;
    void peer_ended() noexcept override {}  // reading tells

  private:
    friend class FcgiExchange;
    using Piece = fcgi::RecordReader::Piece;

    // A request that begins by an id which is taken, and what came behind it.
    struct Held {
        fcgi::Header header;
        std::string content;
        std::string rest;
    };

    // The life of the connection.
    bool receive(bool peer_ended);
    bool end_input();
    void probe();
    bool feed(std::string_view bytes);
    bool is_taken(const Piece& piece) const noexcept;
    bool can_resume() const noexcept;
    bool resume();
    Step next_step();
    Step close();
    Ticks deadline() const;
    bool check_time(Ticks time);
    Ticks breaks_at() const noexcept;
    bool is_done() const noexcept { return is_last_ && active_ == 0 && output_.empty(); }
    bool owes_input() const noexcept {
        return !has_input_ended_ && (owes_input_ || !streams_.empty());
    }
    bool may_read() const noexcept;
    bool awaits_nothing() const noexcept;
    void watch();
    void wake() noexcept;

    // Records. Each returns false if the peer breaks the protocol, and has told of it.
    bool breaks(std::string_view rule);
    bool take(const Piece& piece);
    bool take_management(const Piece& piece);
    bool begin_request(const Piece& piece);
    bool take_params(FcgiStream& stream, const Piece& piece);
    bool take_input(FcgiStream& stream, const Piece& piece);
    bool ignore(std::size_t bytes);
    void pass_over(std::size_t bytes) noexcept;
    void abort_request(FcgiStream& stream);
    void complete_params(FcgiStream& stream);
    void answer_values();

    // Requests.
    FcgiStream* find(std::uint16_t id) const noexcept;
    void begin_if_ready(FcgiStream& stream);
    void refuse(FcgiStream& stream, int status, std::string_view message);
    void turn_away(FcgiStream& stream);
    void tell_refused(int status, std::string_view why) noexcept;
    void reject(std::uint16_t id, const fcgi::BeginRequest& begin, bool is_ending);
    void send_page(std::uint16_t id, std::string_view method, int status, std::string_view message);
    void end(FcgiStream& stream, const fcgi::EndRequest& how);
    void finish(FcgiStream& stream);
    void tear(FcgiStream& stream) noexcept;
    void drop_body(FcgiStream& stream) noexcept;
    void forget(const FcgiStream& stream);
    void abandon(FcgiStream& stream);
    void send(std::string_view bytes);
    bool take_up(FcgiStream& stream) override;
    void run(const StreamPtr& stream) override;

    const FastcgiOptions& options_;
    FcgiNotices& notices_;
    std::unique_ptr<Connection> connection_;

    // Under the mutex:
    std::condition_variable changed_;  // a body goes on, output has left, or all is over
    fcgi::RecordReader reader_;
    std::optional<fcgi::PairReader> values_;  // of FCGI_GET_VALUES that has begun
    std::optional<Held> held_;                // nothing is read meanwhile
    FcgiOutput output_;
    std::stop_source unused_{std::nostopstate};  // of a stream that has ended, for the next
    std::vector<StreamPtr> streams_;             // not ended, or FCGI_STDIN of which has not
    std::size_t active_ = 0;                     // streams that have not ended
    std::size_t torn_ = 0;                       // of them, those that never will
    std::size_t buffered_ = 0;                   // of bodies, for handlers
    std::size_t discarded_ = 0;                  // since something was of use
    std::uint64_t requests_ = 0;
    Ticks time_ = now();  // of the call that is being made
    Ticks idle_since_ = now();
    Ticks record_since_ = never;  // a record has begun, and not come whole
    Ticks last_call_ = never;     // since the door stops
    Ticks lingers_since_ = never;
    Ticks torn_since_ = never;  // while torn_ > 0
    Ticks ended_at_ = never;    // a reply last, or what was kept of several
    bool is_reading_ = true;    // what the epoll tells of
    bool is_writing_ = false;
    bool is_last_ = false;          // no request follows those that have begun
    bool owes_input_ = false;       // the peer may still send what nobody wants here
    bool has_input_ended_ = false;  // the peer has shut down its side, and may want its answers
    bool has_probed_ = false;
    bool is_brisk_ = true;  // no deadline has passed
    bool is_cancelled_ = false;
    bool is_closed_ = false;
};

}  // namespace turngate::net
