// One call of the Runtime API or the Extensions API, and the ways to answer it.
#pragma once

#include <cstddef>

#include "host/runtime_api.h"
#include "host/runtime_refusal.h"
#include <turngate/http/request.h>
#include <turngate/http/response_writer.h>

namespace turngate::host {

struct RuntimeApi::Call {
    Request& request;
    ResponseWriter& response;
    std::size_t slot = 0;

    void refuse(const RuntimeRefusal& refusal) const;
    void accept() const;
    void send_json(int status, std::string_view json) const;
};

}  // namespace turngate::host
