// What a FastCGI client does between requests.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "fcgi_backends.h"

namespace turngate {

// A thread that asks every backend whether it is well, and closes connections that have waited too
// long: php-fpm's worker waits as long. There is none if there is nothing to do.
class FcgiHealth {
  public:
    // Both must outlive this.
    FcgiHealth(const FcgiOptions& options, FcgiBackends& backends);

  private:
    void run(const std::stop_token& end) const;
    void ask(FcgiBackend& backend, const std::stop_token& end) const;

    const FcgiOptions& options_;
    FcgiBackends& backends_;
    std::jthread thread_;
};

}  // namespace turngate
