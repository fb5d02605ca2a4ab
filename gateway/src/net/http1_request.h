// A request of HTTP/1, from its head on: for a handler, and where none gets to see it.
#pragma once

#include "net/connection.h"
#include "net/surroundings.h"
#include <turngate/http/request.h>
#include <turngate/http1/head.h>

namespace turngate::net {

// All that `head` and the connection say, as far as handlers are to see it.
void fill(Request& request, http1::RequestHead& head, const Connection& connection,
          const HttpOptions& options, bool is_upgrade);

// For a platform a request begins when it is sent: it waits for the end of one, too, that the door
// answers by itself. Lasts from before that answer until it has been sent.
class Unserved {
  public:
    // `head` is what there is of it.
    Unserved(const Surroundings& door, const Connection& connection, http1::RequestHead head,
             int status) noexcept;
    Unserved(const Unserved&) = delete;
    Unserved& operator=(const Unserved&) = delete;
    ~Unserved();

  private:
    Request request_;
    const Outcome outcome_;
};

}  // namespace turngate::net
