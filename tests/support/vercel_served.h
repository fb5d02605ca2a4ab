// A handler behind the Vercel door, and the platform that hears of it.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "doors/vercel_reader.h"
#include "report/vercel_ipc.h"
#include "support/fake_ipc.h"
#include "support/served.h"

namespace turngate::test {

class VercelServed {
  public:
    template <class F>
    explicit VercelServed(F handler, VercelIpcOptions ipc_options = {}, HttpOptions limits = {})
        : platform(),
          ipc(with_path(std::move(ipc_options), platform.path())),
          served(std::move(handler), options(std::move(limits))) {}

    std::uint16_t port() const {
        return static_cast<std::uint16_t>(
            os::Address::parse(served.door().addresses().front()).port);
    }

    // As the platform's router asks, closing the connection.
    std::string ask_as(std::string_view id, std::string_view target,
                       const std::string& more = "") const {
        return ask(served, "GET " + std::string(target) +
                               " HTTP/1.1\r\nHost: x\r\nx-vercel-internal-invocation-id: " +
                               std::string(id) + "\r\nx-vercel-internal-request-id: 7\r\n" + more +
                               "Connection: close\r\n\r\n");
    }

    // All frames so far, when all requests have ended.
    std::vector<std::string> frames() {
        while (ipc.unended() > 0)
            std::this_thread::yield();  // a hang here is the failure
        ipc.logged(Context(), Level::fatal, "so far");
        return platform.until("so far");
    }

  private:
    VercelReader reader_;

  public:
    FakeIpc platform;
    VercelIpc ipc;
    Served served;

  private:
    static VercelIpcOptions with_path(VercelIpcOptions from, const std::string& path) {
        from.path = path;
        return from;
    }
    HttpOptions options(HttpOptions out) {
        out.listen = {"127.0.0.1:0"};
        out.health_path = "/_vercel/ping";
        out.platform = &reader_;
        out.reporter = &ipc;
        return out;
    }
};

}  // namespace turngate::test
