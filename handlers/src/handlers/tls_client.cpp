// The way to TLS for who knows nothing of OpenSSL.
#include <utility>

#include "tls_stream.h"

namespace turngate {
namespace {

class OpenSslClient final : public TlsClient {
  public:
    explicit OpenSslClient(std::string host) : host_(std::move(host)) { tls_context(); }

    std::unique_ptr<TlsStream> shake_hands(int fd, Clock::time_point until,
                                           const std::stop_token& stop) override {
        auto stream = std::make_unique<OpenSslStream>(fd, host_, sessions_);
        if (!stream->shake_hands(until, stop)) return nullptr;
        return stream;
    }

  private:
    const std::string host_;
    const std::shared_ptr<TlsSessions> sessions_ = std::make_shared<TlsSessions>();
};

}  // namespace

std::shared_ptr<TlsClient> tls_client(const std::string& host) {
    return std::make_shared<OpenSslClient>(host);
}

}  // namespace turngate
