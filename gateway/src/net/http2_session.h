// HTTP/2 on one connection: streams that come and go, each with a handler on a thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/http2_link.h"
#include "net/http2_stream.h"
#include "net/multiplexed.h"

namespace turngate::net {

class Http2Session final : public Multiplexed<Http2Stream>, private Http2Link::Events {
  public:
    // For Surroundings::begin_http2.
    static std::shared_ptr<Session> begin(Surroundings& door,
                                          std::unique_ptr<Connection> connection,
                                          std::string early);

    // `door` must outlive this. `early` is what has come already.
    Http2Session(Surroundings& door, std::unique_ptr<Connection> connection, std::string early);
    ~Http2Session() override;

    Step ready(const Occasion& occasion) override;
    Step expired() override;
    Step stopping() override;
    void cancel() noexcept override;
    void peer_ended() noexcept override {}  // streams end one by one

  private:
    friend class Http2Exchange;

    Http2Stream* on_request(std::int32_t id) override;
    void on_field(Http2Stream& stream, std::string_view name, std::string_view value,
                  bool is_trailer) override;
    void on_head(Http2Stream& stream) override;
    void on_data(Http2Stream& stream, std::string_view data) override;
    void on_complete(Http2Stream& stream) override;
    void on_closed(Http2Stream& stream) override;

    bool is_full() const;
    bool receive(bool peer_ended);
    void begin_if_ready(Http2Stream& stream);
    void refuse(Http2Stream& stream, const http1::HeadError& error);
    void check_streams(Ticks time);
    Ticks end_of_wait(const Http2Stream& stream) const;
    void give_up(Http2Stream& stream);
    Step next_step();
    Step close();

    void run(const StreamPtr& stream) override;
    void forget(Http2Stream& stream);
    void abandon(Http2Stream& stream);
    void wake() noexcept;

    std::unique_ptr<Connection> connection_;
    std::string early_;

    // Under the mutex:
    Http2Link link_;
    // Those that have not ended, and those whose handler still runs.
    std::map<std::int32_t, StreamPtr> streams_;
    std::uint64_t requests_ = 0;
    Ticks began_ = now();
    Ticks idle_since_ = began_;
    Ticks next_look_;              // after what is slow, whatever comes meanwhile
    Ticks last_call_ = never;      // when the client was asked to begin nothing more
    Ticks lingers_since_ = never;  // when the last was sent
    std::size_t discarded_ = 0;
    bool is_cancelled_ = false;
    bool is_closed_ = false;
};

}  // namespace turngate::net
