// A server that takes more than it should, to stand behind the gateway: Poco's, which answers every
// request with what it saw of it, and prints that too. Its port is the first line printed.
#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>
#include <unistd.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>

#include "seen_request.h"

namespace net = Poco::Net;

namespace {

struct Echo : net::HTTPRequestHandler {
    void handleRequest(net::HTTPServerRequest& request,
                       net::HTTPServerResponse& response) override {
        static std::atomic<std::int64_t> count{0};
        static std::mutex one_line;
        std::string body;
        Poco::StreamCopier::copyToString(request.stream(), body);
        // All that it knows of is a connection that was reset: an early end is as good as the last
        // chunk.
        if (request.stream().bad()) {
            const std::lock_guard lock(one_line);
            std::cout << R"({"broken":true})" << std::endl;
            return;
        }
        const turngate::test::SeenFields fields(request.begin(), request.end());
        const std::string seen = turngate::test::seen_request(request.getMethod(), request.getURI(),
                                                              body, fields, ++count);
        {
            const std::lock_guard lock(one_line);
            std::cout << seen << std::flush;
        }
        response.setContentType("application/json");
        response.sendBuffer(seen.data(), seen.size());
    }
};

struct Factory : net::HTTPRequestHandlerFactory {
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new Echo;
    }
};

}  // namespace

int main() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, nullptr);
    Poco::ThreadPool threads(4, 64);
    net::ServerSocket listener(net::SocketAddress("127.0.0.1", 0));
    Poco::AutoPtr<net::HTTPServerParams> limits = new net::HTTPServerParams;
    limits->setMaxThreads(64);
    net::HTTPServer server(new Factory, threads, listener, limits);
    server.start();
    std::cout << listener.address().port() << std::endl;
    int signal = 0;
    sigwait(&stop, &signal);
    _exit(0);
}
