// What an event says besides the HTTP request: attached to Request::context by decode().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <turngate/events/format.h>
#include <turngate/json/json.h>

namespace turngate::events {

// A value. The views are valid as long as it is; a handler finds it with
// request.context.find<Invocation>(). What costs parsing is parsed anew with each call.
class Invocation {
  public:
    // The members of an event, as JSON text and as plain text; empty for what it does not have.
    struct Parts {
        std::string_view request_context = {};
        std::string_view path_parameters = {};
        std::string_view stage_variables = {};
        std::string_view request_id = {};
        std::string_view trace_id = {};
        std::string_view stage = {};
        std::string_view source_ip = {};
        std::string_view account_id = {};
        std::string_view api_id = {};
        std::string_view domain_name = {};
    };

    // Copies `parts`.
    Invocation(Format format, const Parts& parts);

    Format format() const noexcept { return format_; }

    // The gateway's id of the request; of a load balancer or VPC Lattice the trace id, as they
    // have no other.
    std::string_view request_id() const& noexcept { return part(3); }
    std::string_view trace_id() const& noexcept { return part(4); }  // X-Amzn-Trace-Id
    std::string_view stage() const& noexcept { return part(5); }
    std::string_view source_ip() const& noexcept { return part(6); }
    std::string_view account_id() const& noexcept { return part(7); }
    std::string_view api_id() const& noexcept { return part(8); }
    std::string_view domain_name() const& noexcept { return part(9); }

    // The event's requestContext as its JSON stood, byte for byte; of Lambda@Edge its config.
    std::string_view request_context() const& noexcept { return part(0); }

    Json context() const { return parse(0); }
    Json path_parameters() const { return parse(1); }
    Json stage_variables() const { return parse(2); }

    // What the authorizer found out: {principalId, ...} or {claims} of a REST API; {jwt}, {lambda}
    // or {iam} of an HTTP API or a function URL. Null if there was none.
    Json authorizer() const;
    // The claims of a Cognito or JWT authorizer.
    Json claims() const;
    // Who signed the request, by IAM: {userArn, accountId, ...}, named as the source names them; of
    // VPC Lattice {principal, x509SubjectCn, ...}, spelled so whatever the event's case.
    Json identity() const;
    // {clientCertPem, subjectDN, issuerDN, serialNumber, validity} of mutual TLS.
    Json client_certificate() const;

  private:
    static constexpr std::size_t count = 10;

    std::string_view part(std::size_t i) const noexcept {
        std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(bytes_).substr(begin, ends_[i] - begin);
    }
    Json parse(std::size_t i) const;

    Format format_;
    std::uint32_t ends_[count] = {};
    std::string bytes_;
};

}  // namespace turngate::events
