// The parts of a request that every source has under other names: path, query, headers, body.
#pragma once

#include <string_view>

#include "client_address.h"
#include "decoding.h"

namespace turngate::events {

// How a source writes its path (captures of the real services: section 3.1 of the mapping page).
enum class PathForm {
    encoded,  // as the client sent it
    decoded,  // percent-decoded; what cannot stand in a path is escaped again
    target,   // path and query together
};

// Sets path and, of a target, query. Controls are refused where no source can write them.
void set_path(Decoding& in, const Value& value, std::string_view member, PathForm form);
inline void set_path(Decoding& in, Member member, PathForm form) {
    set_path(in, in.event[member], name(member), form);
}

// How a source writes the names and values of query parameters.
enum class QueryForm {
    decoded,   // they are encoded here
    verbatim,  // as the client sent them: encoding again would change them
};

// What the values of a map may be.
enum class MapForm {
    strings,
    lists,
    both,
};

// The query from maps, in the order of the event: the lists first, then what only `single` has.
// null is a name without a value.
void set_query(Decoding& in, Member single, Member multi, QueryForm form,
               MapForm single_form = MapForm::strings);

// The query as it is, but for bytes that cannot stand in one.
void set_raw_query(Decoding& in, Member member);

// Adds the header fields of a map. Not those of one connection, nor those that only this program
// may set; what Connection names stays until set_body().
void add_headers(Decoding& in, Member member, MapForm form);

// Adds one field, under the same rules; of several Content-Length the first, since set_body()
// counts anew. `map` is the name of the map in errors; alone there is the one value of a name.
void add_header(Decoding& in, std::string_view map, const Entry& entry, std::string_view value,
                bool is_alone = false);

// The lists win over the strings, name by name.
void add_merged_headers(Decoding& in, Member single, Member multi);

// The list `cookies` as one Cookie field, in place of any other.
void set_cookies(Decoding& in);

// The body and its Content-Length. REQUIRES: the fields of the event have all been added: those
// that its Connection fields name are dropped here.
void set_body(Decoding& in, const Value& body, std::string_view member, bool is_base64);
inline void set_body(Decoding& in, bool is_base64) {
    set_body(in, in.event[Member::body], name(Member::body), is_base64);
}

// Where a request came from, as far as the event itself tells; empty for what it does not say.
struct Origin {
    std::string_view domain_name = {};
    std::string_view source_ip = {};
    std::string_view protocol = {};
    std::string_view scheme = "https";
    bool is_forwarded = true;  // X-Forwarded-Proto and -Port may be the gateway's own words
};

// Host, scheme and port from the headers, else from `origin`; the client's address from `origin`,
// else from X-Forwarded-For, which a client can write.
void set_origin(Decoding& in, const Origin& origin);

// The event's requestContext as a header (DecodeOptions::context_header).
void set_context_header(Decoding& in, std::string_view context);

}  // namespace turngate::events
