// HTTP/2 on one connection: streams that come and go, each with a handler on a thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"
#include "net/http2_link.h"
#include "net/http2_stream.h"
#include "net/session.h"
#include "net/surroundings.h"

namespace turngate::net {

// The thread that has an event reads what came for all streams and then runs the first handler
// itself; other threads run the others and send what they have under the mutex. Handlers keep the
// session alive.
class Http2Session final : public Session,
                           public std::enable_shared_from_this<Http2Session>,
                           private Http2Link::Events {
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
    using StreamPtr = std::shared_ptr<Http2Stream>;

    // Holds the mutex; what is to be done without it is done at the end.
    class Access {
      public:
        explicit Access(Http2Session& session) : session_(session), lock(session.mutex_) {}
        Access(const Access&) = delete;
        Access& operator=(const Access&) = delete;
        ~Access();

      private:
        Http2Session& session_;

      public:
        std::unique_lock<std::mutex> lock;
    };

    Http2Stream* on_request(std::int32_t id) override;
    void on_field(Http2Stream& stream, std::string_view name, std::string_view value,
                  bool is_trailer) override;
    void on_head(Http2Stream& stream) override;
    void on_data(Http2Stream& stream, std::string_view data) override;
    void on_complete(Http2Stream& stream) override;
    void on_closed(Http2Stream& stream) override;

    bool receive(bool peer_ended);
    void begin_if_ready(Http2Stream& stream);
    void refuse(Http2Stream& stream, const http1::HeadError& error);
    void check_streams(Ticks time);
    Step next_step();
    Step close();

    void work();
    void run(const StreamPtr& stream);
    void forget(Http2Stream& stream);
    void abandon(Http2Stream& stream);
    void wake() noexcept;

    Surroundings& door_;
    std::unique_ptr<Connection> connection_;
    std::string early_;

    std::mutex mutex_;  // of all below
    Http2Link link_;
    // Those that have not ended, and those whose handler still runs.
    std::map<std::int32_t, StreamPtr> streams_;
    std::deque<StreamPtr> waiting_;     // for a thread
    std::vector<StreamPtr> immediate_;  // for the thread that has them from the client
    std::vector<StreamPtr> abandoned_;  // their handlers are to be told
    std::uint64_t requests_ = 0;
    Ticks began_ = now();
    Ticks idle_since_ = began_;
    Ticks looks_again_;            // however much comes until then
    Ticks last_call_ = never;      // when the client was asked to begin nothing more
    Ticks lingers_since_ = never;  // when the last was sent
    std::size_t discarded_ = 0;
    bool is_express_ = false;
    bool has_call_for_thread_ = false;
    bool is_cancelled_ = false;
    bool is_closed_ = false;
};

}  // namespace turngate::net
