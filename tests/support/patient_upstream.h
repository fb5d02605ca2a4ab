// An upstream that lets requests wait until a test says otherwise.
#pragma once

#include <chrono>
#include <semaphore>
#include <string>

#include "support/fake_upstream.h"

namespace turngate::test {

// Holds every request back until it is told otherwise, and then answers "ok".
class PatientUpstream {
  public:
    PatientUpstream() : server_([this](FakePeer& peer) { serve(peer); }) {}
    ~PatientUpstream() { let_go(); }

    const std::string& url() const { return server_.url(); }

    // False if so many do not come, beside those of earlier calls.
    bool wait_for(int requests) {
        for (int i = 0; i < requests; ++i)
            if (!arrived_.try_acquire_for(std::chrono::seconds(10))) return false;
        return true;
    }
    void let_go() { go_on_.release(1000); }

  private:
    void serve(FakePeer& peer) {
        while (!peer.read_request().empty()) {
            arrived_.release();
            go_on_.acquire();
            if (!peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) return;
        }
    }

    std::counting_semaphore<> arrived_{0}, go_on_{0};
    FakeUpstream server_;
};

}  // namespace turngate::test
