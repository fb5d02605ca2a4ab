// Servers that speak TLS by Python's ssl, for tests of who speaks to them.
#pragma once

#include <cstdlib>
#include <map>
#include <string>

#include "support/skip.h"
#include "support/temporary_directory.h"
#include <turngate/os/subprocess.h>

namespace turngate::test {

// Started by the first test that asks for it. Its authority is the one that this process trusts,
// as SSL_CERT_FILE is looked at once.
class TlsPeer {
  public:
    // Null, and the test is skipped, where there is no python3 or openssl.
    static const TlsPeer* get() {
        static const TlsPeer peer;
        if (!peer.is_ready_) skip("no servers that speak TLS: python3 or openssl is missing");
        return peer.is_ready_ ? &peer : nullptr;
    }

    // "https://localhost:4711", of the server called `name` in tls_peer.py.
    std::string url(const std::string& name, const std::string& host = "localhost") const {
        return "https://" + host + ':' + std::to_string(ports_.at(name));
    }
    int port(const std::string& name) const { return ports_.at(name); }

  private:
    TlsPeer()
        : process_({.program = "/usr/bin/env",
                    .arguments = {"python3", TURNGATE_SOURCE_DIR "/tests/support/tls_peer.py",
                                  directory_.path()},
                    .environment = {std::string("PATH=") + std::getenv("PATH")}}) {
        ::setenv("SSL_CERT_FILE", (directory_ / "ca.pem").c_str(), 1);
        std::string said;
        char block[256];
        while (said.find("ready\n") == said.npos) {
            const std::size_t n = os::read_some(process_.out.get(), block);
            if (n == 0) return;
            said.append(block, n);
        }
        for (std::istringstream lines(said); lines && !is_ready_;) {
            std::string name;
            lines >> name;
            is_ready_ = name == "ready";
            if (!is_ready_) lines >> ports_[name];
        }
    }

    TemporaryDirectory directory_;
    os::Subprocess process_;
    std::map<std::string, int> ports_;
    bool is_ready_ = false;
};

}  // namespace turngate::test
