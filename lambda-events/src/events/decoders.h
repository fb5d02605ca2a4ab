// One decoder a source: members of the envelope to the parts of the request.
#pragma once

#include "decoding.h"

namespace turngate::events {

void decode_api_gateway_v1(Decoding& in);  // REST APIs, and HTTP APIs with payload 1.0
void decode_api_gateway_v2(Decoding& in);  // HTTP APIs with payload 2.0, and function URLs
void decode_alb(Decoding& in);
void decode_lattice_v1(Decoding& in);
void decode_lattice_v2(Decoding& in);
void decode_websocket(Decoding& in);
void decode_edge(Decoding& in);
void decode_vercel(Decoding& in);
void decode_http(Decoding& in);
void decode_raw(Decoding& in);

}  // namespace turngate::events
