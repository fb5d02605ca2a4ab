// A connection that carries several requests at a time: how they get threads.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "net/session.h"
#include "net/surroundings.h"

namespace turngate::net {

// The thread that has an event reads what came for all streams and then runs the first handler
// itself; other threads run the others and send what they have under the mutex. Handlers keep the
// session alive. A Stream has a stop source `gone`, and `is_queued`, which is set here.
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

    // A stream that was enlisted has its thread; false if nobody wants an answer any more.
    virtual bool take_up(Stream&) { return true; }

    // Has the handler of a stream that was taken up answer. Without the mutex.
    virtual void run(const StreamPtr& stream) = 0;

    // The request of the stream is here.
    void enlist(const StreamPtr& stream, bool is_urgent) {
        if (is_express_ && is_urgent) return immediate_.push_back(stream);
        waiting_.insert(is_urgent ? waiting_.begin() : waiting_.end(), stream);
        stream->is_queued = true;
    }

    // It waits no more, if it did. REQUIRES: somebody else has it, too.
    void withdraw(Stream& stream) {
        if (std::exchange(stream.is_queued, false))
            std::erase_if(waiting_, [&](const StreamPtr& one) { return one.get() == &stream; });
    }

    // Of a Step.
    Task afterwards() {
        if (is_express_ && !waiting_.empty() && !std::exchange(has_call_for_thread_, true))
            call_thread();
        if (!immediate_.empty()) {
            std::erase_if(immediate_, [&](const StreamPtr& stream) { return !take_up(*stream); });
            return [self = this->shared_from_this(), streams = std::exchange(immediate_, {})] {
                for (const StreamPtr& stream : streams)
                    self->run(stream);
            };
        }
        if (is_express_) return {};
        Turn first = next();
        if (!first.stream) return {};
        return [self = this->shared_from_this(), first = std::move(first)]() mutable {
            self->work(std::move(first));
        };
    }

    Surroundings& door_;
    std::mutex mutex_;                  // of all below
    std::vector<StreamPtr> waiting_;    // for a thread; few, and most of the time none
    std::vector<StreamPtr> abandoned_;  // their handlers are to be told
    bool is_express_ = false;           // of the call that is being made

  private:
    // Handlers in a row on one thread before other connections have their turn.
    static constexpr int most_requests_in_turn = 64;

    // Who has it runs the stream, and looks for another if others waited behind it.
    struct Turn {
        StreamPtr stream;
        bool has_followers = false;
    };

    // The first of those that wait for a thread. Another thread is called for the rest, for the
    // caller may be held up.
    Turn next() {
        Turn turn;
        while (!turn.stream && !waiting_.empty()) {
            turn.stream = std::move(waiting_.front());
            waiting_.erase(waiting_.begin());
            turn.stream->is_queued = false;
            if (!take_up(*turn.stream)) turn.stream.reset();
        }
        turn.has_followers = !waiting_.empty();
        if (turn.has_followers && !std::exchange(has_call_for_thread_, true)) call_thread();
        return turn;
    }

    // Who enlists another meanwhile has a turn of its own for it.
    void work(Turn turn) {
        for (int left = most_requests_in_turn; turn.stream; --left) {
            if (door_.may_migrate)
                door_.stacks.run([self = this->shared_from_this(),
                                  stream = std::move(turn.stream)] { self->run(stream); });
            else
                run(turn.stream);
            if (!turn.has_followers) return;
            turn.stream.reset();
            const Access access(*this);
            if (left > 1)
                turn = next();
            else if (!waiting_.empty() && !std::exchange(has_call_for_thread_, true))
                call_thread();
        }
    }

    void call_thread() {
        door_.scheduler.post([self = this->shared_from_this()] {
            Turn first;
            {
                const Access access(*self);
                self->has_call_for_thread_ = false;
                first = self->next();
            }
            self->work(std::move(first));
        });
    }

    std::vector<StreamPtr> immediate_;  // for the thread that has them from the peer
    bool has_call_for_thread_ = false;
};

}  // namespace turngate::net
