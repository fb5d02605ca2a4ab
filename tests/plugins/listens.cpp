// A plug-in for tests that is a server of Poco's.
#include <cstdlib>
#include <string>
#include <unistd.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>

#include <turngate/handlers/plugin.h>

namespace {

struct Answer : Poco::Net::HTTPRequestHandler {
    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
        if (request.getURI() == "/end") std::_Exit(3);
        response.send() << request.getMethod() << ' ' << request.getURI() << " of " << ::getpid()
                        << '\n';
    }
};

struct Answers : Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest&) override {
        return new Answer;
    }
};

}  // namespace

static void listen(const std::string& host, std::uint16_t port) {
    const Poco::Net::SocketAddress address(host, port);
    Poco::Net::HTTPServer server(new Answers, Poco::Net::ServerSocket(address),
                                 new Poco::Net::HTTPServerParams);
    server.start();
    while (true)
        ::pause();
}

TURNGATE_EXPORTS("listens")
