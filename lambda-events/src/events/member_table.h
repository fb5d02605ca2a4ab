// Finds a member of the envelope by its name: one table for all levels, built by the compiler.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "envelope.h"
#include "key_filter.h"

namespace turngate::events {

// Where in the event a name stands, and what a reader does with an object or a list there.
enum class Scope : std::uint8_t {
    none,  // not entered
    top,
    context,
    http,
    identity,
    record,
    cf,
    map,      // names to strings or lists of strings
    list,     // strings
    records,  // objects, of which the first one tells the source
};

struct MemberInfo {
    Member member;
    Scope scope;           // where it stands
    std::string_view key;  // its name there
    std::string_view path;
    Scope inside = Scope::none;
    bool skipped = false;  // only its place in the text is of interest
    bool watched = false;  // kept for whoever parses it later: see Envelope::is_suspect()
};

inline constexpr MemberInfo member_infos[] = {
    {Member::version, Scope::top, "version", "version"},
    {Member::resource, Scope::top, "resource", "resource"},
    {Member::path, Scope::top, "path", "path"},
    {Member::http_method, Scope::top, "httpMethod", "httpMethod"},
    {Member::headers, Scope::top, "headers", "headers", Scope::map},
    {Member::multi_value_headers, Scope::top, "multiValueHeaders", "multiValueHeaders", Scope::map},
    {Member::query_string_parameters, Scope::top, "queryStringParameters", "queryStringParameters",
     Scope::map},
    {Member::multi_value_query_string_parameters, Scope::top, "multiValueQueryStringParameters",
     "multiValueQueryStringParameters", Scope::map},
    {Member::path_parameters, Scope::top, "pathParameters", "pathParameters", Scope::none, false,
     true},
    {Member::stage_variables, Scope::top, "stageVariables", "stageVariables", Scope::none, false,
     true},
    {Member::request_context, Scope::top, "requestContext", "requestContext", Scope::context, false,
     true},
    {Member::body, Scope::top, "body", "body"},
    {Member::is_base64_encoded, Scope::top, "isBase64Encoded", "isBase64Encoded"},
    {Member::raw_path, Scope::top, "rawPath", "rawPath"},
    {Member::raw_query_string, Scope::top, "rawQueryString", "rawQueryString"},
    {Member::cookies, Scope::top, "cookies", "cookies", Scope::list},
    {Member::route_key, Scope::top, "routeKey", "routeKey"},
    {Member::lattice_raw_path, Scope::top, "raw_path", "raw_path"},
    {Member::method, Scope::top, "method", "method"},
    {Member::lattice_query_string_parameters, Scope::top, "query_string_parameters",
     "query_string_parameters", Scope::map},
    {Member::lattice_is_base64_encoded, Scope::top, "is_base64_encoded", "is_base64_encoded"},
    {Member::encoding, Scope::top, "encoding", "encoding"},
    {Member::host, Scope::top, "host", "host"},
    {Member::payloads, Scope::top, "payloads", "payloads", Scope::none, true},
    {Member::request_path, Scope::top, "requestPath", "requestPath"},
    {Member::records, Scope::top, "Records", "Records", Scope::records},
    {Member::detail_type, Scope::top, "detail-type", "detail-type"},
    {Member::source, Scope::top, "source", "source"},
    {Member::type, Scope::top, "type", "type"},
    {Member::method_arn, Scope::top, "methodArn", "methodArn"},
    {Member::route_arn, Scope::top, "routeArn", "routeArn"},
    {Member::action, Scope::top, "Action", "Action"},
    {Member::warmer, Scope::top, "warmer", "warmer"},
    {Member::event_source, Scope::top, "eventSource", "eventSource"},
    {Member::context_elb, Scope::context, "elb", "requestContext.elb"},
    {Member::context_http, Scope::context, "http", "requestContext.http", Scope::http},
    {Member::context_stage, Scope::context, "stage", "requestContext.stage"},
    {Member::context_path, Scope::context, "path", "requestContext.path"},
    {Member::context_protocol, Scope::context, "protocol", "requestContext.protocol"},
    {Member::context_domain_name, Scope::context, "domainName", "requestContext.domainName"},
    {Member::context_request_id, Scope::context, "requestId", "requestContext.requestId"},
    {Member::context_identity, Scope::context, "identity", "requestContext.identity",
     Scope::identity},
    {Member::context_connection_id, Scope::context, "connectionId", "requestContext.connectionId"},
    {Member::context_event_type, Scope::context, "eventType", "requestContext.eventType"},
    {Member::context_service_arn, Scope::context, "serviceArn", "requestContext.serviceArn"},
    {Member::context_service_network_arn, Scope::context, "serviceNetworkArn",
     "requestContext.serviceNetworkArn"},
    {Member::context_account_id, Scope::context, "accountId", "requestContext.accountId"},
    {Member::context_api_id, Scope::context, "apiId", "requestContext.apiId"},
    {Member::http_context_method, Scope::http, "method", "requestContext.http.method"},
    {Member::http_context_path, Scope::http, "path", "requestContext.http.path"},
    {Member::http_context_protocol, Scope::http, "protocol", "requestContext.http.protocol"},
    {Member::http_context_source_ip, Scope::http, "sourceIp", "requestContext.http.sourceIp"},
    {Member::identity_source_ip, Scope::identity, "sourceIp", "requestContext.identity.sourceIp"},
    {Member::record_event_source, Scope::record, "eventSource", "Records[0].eventSource"},
    {Member::record_event_source_upper, Scope::record, "EventSource", "Records[0].EventSource"},
    {Member::record_cf, Scope::record, "cf", "Records[0].cf", Scope::cf},
    {Member::cf_request, Scope::cf, "request", "Records[0].cf.request", Scope::none, true},
    {Member::cf_response, Scope::cf, "response", "Records[0].cf.response", Scope::none, true},
};
static_assert(std::size(member_infos) == static_cast<std::size_t>(Member::count));

// Open addressing; at most a fifth full, so that most misses end at the first look.
class MemberTable {
  public:
    consteval MemberTable() {
        for (std::size_t i = 0; i < std::size(member_infos); ++i) {
            // Member and row are the same number: name() indexes with it.
            if (static_cast<std::size_t>(member_infos[i].member) != i) throw "rows out of order";
            std::size_t at = slot(member_infos[i].scope, name_hash(member_infos[i].key));
            while (rows_[at] != empty)
                at = (at + 1) % size;
            rows_[at] = static_cast<std::uint8_t>(i);
        }
    }

    // `hash` is the name_hash() of `key`.
    const MemberInfo* find(Scope scope, std::string_view key, std::uint64_t hash) const noexcept {
        for (std::size_t at = slot(scope, hash); rows_[at] != empty; at = (at + 1) % size) {
            const MemberInfo& info = member_infos[rows_[at]];
            if (info.scope == scope && info.key == key) return &info;
        }
        return nullptr;
    }

  private:
    static constexpr std::size_t size = 256;
    static constexpr std::uint8_t empty = 255;

    static constexpr std::size_t slot(Scope scope, std::uint64_t hash) noexcept {
        return ((hash >> 56) + static_cast<std::size_t>(scope) * 29) % size;
    }

    std::array<std::uint8_t, size> rows_ = [] {
        std::array<std::uint8_t, size> rows{};
        rows.fill(empty);
        return rows;
    }();
};

inline constexpr MemberTable member_table;

}  // namespace turngate::events
