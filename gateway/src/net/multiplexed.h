// A connection that carries several requests at a time: how they get threads.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "net/session.h"
#include "net/surroundings.h"

namespace turngate::net {

// The thread that has an event reads what came for all streams and then runs the first handler
// itself; other threads run the others and send what they have under the mutex. Handlers keep the
// session alive. A Stream has a stop source `gone`.
template <class Stream>
class Multiplexed : public Session, public std::enable_shared_from_this<Multiplexed<Stream>> {
  protected:
    using StreamPtr = std::shared_ptr<Stream>;

    // Holds the mutex; what is to be done without it is done at the end.
    class Access {
      public:
        explicit Access(Multiplexed& session) : session_(session), lock(session.mutex_) {}
        Access(const Access&) = delete;
        Access& operator=(const Access&) = delete;
        ~Access() {
            if (session_.abandoned_.empty()) return;
            const std::vector<StreamPtr> abandoned = std::exchange(session_.abandoned_, {});
            lock.unlock();
            for (const StreamPtr& stream : abandoned)  // may run what handlers have registered
                stream->gone.request_stop();
        }

      private:
        Multiplexed& session_;

      public:
        std::unique_lock<std::mutex> lock;
    };

    // `door` must outlive this.
    explicit Multiplexed(Surroundings& door) : door_(door) {}

    // Has the handler of a stream that was enlisted answer. Without the mutex.
    virtual void run(const StreamPtr& stream) = 0;

    // The request of the stream is here.
    void enlist(StreamPtr stream, bool is_urgent) {
        if (is_express_)
            immediate_.push_back(std::move(stream));
        else if (is_urgent)
            waiting_.push_front(std::move(stream));
        else
            waiting_.push_back(std::move(stream));
    }

    // Of a Step.
    std::function<void()> afterwards() {
        if (!immediate_.empty())
            return [self = this->shared_from_this(), streams = std::exchange(immediate_, {})] {
                for (const StreamPtr& stream : streams)
                    self->run(stream);
            };
        if (!waiting_.empty() && !is_express_)
            return [self = this->shared_from_this()] { self->work(); };
        return {};
    }

    Surroundings& door_;
    std::mutex mutex_;                  // of all below
    std::deque<StreamPtr> waiting_;     // for a thread
    std::vector<StreamPtr> abandoned_;  // their handlers are to be told
    bool is_express_ = false;           // of the call that is being made

  private:
    // Handlers in a row on one thread before other connections have their turn.
    static constexpr int most_requests_in_turn = 64;

    // A thread takes requests that wait, and calls another if it may be held up.
    void work() {
        for (int turn = 0;; ++turn) {
            StreamPtr stream;
            {
                const Access access(*this);
                if (waiting_.empty()) return;
                const bool has_had_its_turn = turn == most_requests_in_turn;
                if (!has_had_its_turn) {
                    stream = std::move(waiting_.front());
                    waiting_.pop_front();
                }
                if (!waiting_.empty() && !std::exchange(has_call_for_thread_, true)) call_thread();
                if (has_had_its_turn) return;
            }
            if (door_.may_migrate)
                door_.stacks.run([self = this->shared_from_this(), stream] { self->run(stream); });
            else
                run(stream);
        }
    }

    void call_thread() {
        door_.scheduler.post([self = this->shared_from_this()] {
            {
                const Access access(*self);
                self->has_call_for_thread_ = false;
            }
            self->work();
        });
    }

    std::vector<StreamPtr> immediate_;  // for the thread that has them from the peer
    bool has_call_for_thread_ = false;
};

}  // namespace turngate::net
