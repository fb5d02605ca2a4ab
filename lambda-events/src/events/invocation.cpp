// The facts of an event that are no part of the HTTP request, found on demand.
#include <turngate/events/invocation.h>
#include <turngate/http/headers.h>

namespace turngate::events {
namespace {

// VPC Lattice spells these now one way and now another ("X509SubjectCn", "x509SubjectCN").
constexpr std::string_view lattice_names[] = {
    "sourceVpcArn", "type",       "principal",     "principalOrgID", "sessionName",
    "x509IssuerOu", "x509SanDns", "x509SanNameCn", "x509SanUri",     "x509SubjectCn"};

// Gives the members their documented names; a member that has its own already keeps it alone.
void respell(Json& identity) {
    if (!identity.members()) return;
    for (std::string_view name : lattice_names) {
        if (identity.find(name)) continue;
        for (auto& [key, value] : *identity.members()) {
            if (!iequals(key, name)) continue;
            key = name;
            break;
        }
    }
}

}  // namespace

Invocation::Invocation(Format format, const Parts& p) : format_(format) {
    const std::string_view parts[count] = {
        p.request_context, p.path_parameters, p.stage_variables, p.request_id, p.trace_id,
        p.stage,           p.source_ip,       p.account_id,      p.api_id,     p.domain_name};
    std::size_t size = 0;
    for (std::string_view part : parts)
        size += part.size();
    bytes_.reserve(size);
    for (std::size_t i = 0; i < count; ++i) {
        bytes_.append(parts[i]);
        ends_[i] = static_cast<std::uint32_t>(bytes_.size());
    }
}

Json Invocation::parse(std::size_t i) const {
    return part(i).empty() ? Json() : Json::parse(part(i), {.size = part(i).size()});
}

Json Invocation::authorizer() const {
    const Json all = context();
    return all["authorizer"];
}

Json Invocation::claims() const {
    const Json found = authorizer();
    return found["claims"].is_null() ? found["jwt"]["claims"] : found["claims"];
}

Json Invocation::identity() const {
    const Json all = context();
    const Json& iam = all["authorizer"]["iam"];
    if (!iam.is_null()) return iam;
    Json found = all["identity"];
    if (format_ == Format::lattice_v2) respell(found);
    return found;
}

Json Invocation::client_certificate() const {
    const Json all = context();
    const Json& of_http_api = all["authentication"]["clientCert"];
    return of_http_api.is_null() ? all["identity"]["clientCert"] : of_http_api;
}

}  // namespace turngate::events
