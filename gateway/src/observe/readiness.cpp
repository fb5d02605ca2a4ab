// Probing the back end.
#include "observe/readiness.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <turngate/http/encoding.h>
#include <turngate/http/url.h>

namespace turngate {
namespace {

constexpr Poco::Timespan::TimeDiff patience = 1'000'000;  // microseconds

// The address behind a target, as Poco reads it; empty if it is not one to connect to.
std::string peer(std::string_view target) {
    if (target.starts_with("http://")) {
        const std::string host = Url::parse(target.substr(0, target.find('#'))).host;
        const bool has_port = host.find(':', host.rfind(']') + 1) != host.npos;
        return has_port ? host : host + ":80";
    }
    for (const std::string_view scheme : {"http:unix:", "fcgi:unix:"})
        if (target.starts_with(scheme)) {
            target.remove_prefix(scheme.size());
            return percent_decode(target.substr(0, target.find_first_of("?#")));
        }
    if (!target.starts_with("fcgi:") || target.starts_with("fcgi:spawn:")) return {};
    target.remove_prefix(5);
    return std::string(target.substr(0, target.find_first_of("/?#")));
}

}  // namespace

BackendReadiness::BackendReadiness(BackendProbe probe, std::chrono::milliseconds interval,
                                   std::function<void()> failed)
    : probe_(std::move(probe)), interval_(interval), failed_(std::move(failed)) {
    if (!probe_) return;
    reason_ = "the back end has not answered yet";
    thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

BackendReadiness::~BackendReadiness() = default;

void BackendReadiness::watch(const std::stop_token& end) {
    while (!end.stop_requested()) {
        std::optional<std::string> reason;
        try {
            reason = probe_();
        } catch (const std::exception& e) {
            reason = e.what();
        }
        if (reason && failed_) failed_();
        std::unique_lock lock(mutex_);
        reason_ = std::move(reason);
        changed_.wait_for(lock, end, interval_, [] { return false; });
    }
}

std::optional<std::string> BackendReadiness::obstacle() const {
    if (draining_.load()) return "stopping";
    const std::lock_guard lock(mutex_);
    return reason_;
}

void BackendReadiness::drain() noexcept {
    draining_ = true;
}

BackendProbe backend_probe(std::string_view target) {
    const std::string address = peer(target);
    if (address.empty()) return {};
    return [address]() -> std::optional<std::string> {
        try {
            Poco::Net::StreamSocket socket;
            socket.connect(
                address.front() == '/'
                    ? Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, address)
                    : Poco::Net::SocketAddress(address),
                Poco::Timespan(patience));
            return std::nullopt;
        } catch (const Poco::Exception& e) {
            return "the back end at " + address + " does not answer: " + e.displayText();
        }
    };
}

}  // namespace turngate
