// When an event was recorded, as it says itself.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace turngate::replay {

// Since 1970, of the first of these that `event`, JSON text, has:
//
//   requestContext.timeEpoch         milliseconds; microseconds where it is a string, as VPC
//                                    Lattice writes it
//   requestContext.requestTimeEpoch  milliseconds
//   timeEpoch                        milliseconds; what record writes into events of shape http
//   X-Amzn-Trace-Id                  a header field; the seconds behind "Root=1-", as of an
//                                    Application Load Balancer
//
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
//
// Absent if it has none, none that is between 1970 and 10000, or is no JSON. Never throws but
// std::bad_alloc.
std::optional<std::chrono::microseconds> recorded_time(std::string_view event);

}  // namespace turngate::replay
