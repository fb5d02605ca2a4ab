// The end of a handler's time, told by a timer that others wait for as well.
#pragma once

#include <exception>
#include <stop_token>
#include <thread>

namespace turngate {

// For a stop callback of the timer's: requests the stop of `source` on a thread of its own. What
// handlers have registered there may block, or go on with what it has interrupted.
struct StopApart {
    std::stop_source source;

    void operator()() const noexcept {
        try {
            std::thread([source = source] { source.request_stop(); }).detach();
        } catch (const std::exception&) {  // no thread to be had
            source.request_stop();
        }
    }
};

}  // namespace turngate
