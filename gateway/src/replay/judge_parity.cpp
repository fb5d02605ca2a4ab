// The parity run: one event in every shape must give one reply.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "replay/event_log.h"
#include "replay/judge.h"
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>

namespace turngate::replay {
namespace {

using events::Format;

// Replies of these shapes have one value to a header name: several come out joined.
bool is_single_valued(Format shape) {
    return shape == Format::alb || shape == Format::api_gateway_v2 ||
           shape == Format::function_url || shape == Format::lattice_v1 ||
           shape == Format::lattice_v2 || shape == Format::vercel;
}

// True if the reply has the expected values of `name` as one, joined. Set-Cookie cannot be joined
// (RFC 9110, 5.3): every shape has its own way to carry several.
bool is_joined(std::string_view name, const Golden& golden, const Response& reply) {
    if (iequals(name, "set-cookie")) return false;
    std::optional<std::string> joined;
    for (const auto& [field, value] : golden.headers) {
        if (!iequals(field, name)) continue;
        if (joined)
            joined->append(", ").append(value);
        else
            joined = value;
    }
    return joined && reply.headers.values(name) == std::vector{*joined};
}

}  // namespace

const std::vector<Format>& http_shapes() {
    static const std::vector<Format> shapes = {Format::api_gateway_v1,
                                               Format::api_gateway_http1,
                                               Format::api_gateway_v2,
                                               Format::function_url,
                                               Format::alb,
                                               Format::alb_multi_value,
                                               Format::lattice_v1,
                                               Format::lattice_v2,
                                               Format::edge,
                                               Format::vercel,
                                               Format::http};
    return shapes;
}

void Judge::compare_shapes(const Texts& texts, const Golden* golden, Result& result) {
    const auto& shapes = http_shapes();
    if (!result.format || std::find(shapes.begin(), shapes.end(), *result.format) == shapes.end())
        return;
    // Without an expected reply the direct one is it. The parser's memory is not ours to use then:
    // `golden` is null only if it holds nothing.
    std::string direct;
    if (!golden || result.verdict == Verdict::updated) {
        direct = golden_text(reply_, options_.ignore, golden,
                             {.one_line = true, .largest_inline = SIZE_MAX})
                     .json;
        golden = &parser_.parse(direct);
    }
    for (Format shape : shapes) {
        result.parity.push_back(compare_shape(texts, *golden, shape, result));
        if (!slot_.interrupted()) continue;
        result.verdict = Verdict::interrupted;
        return;
    }
}

ParityCell Judge::compare_shape(const Texts& texts, const Golden& golden, Format shape,
                                Result& result) {
    ParityCell cell{shape};
    std::string loss;
    try {
        events::Event sent = events::decode(texts.event, answer_options_.decode);
        events::Event event = reshape(sent, shape);
        loss = events::lost(sent.request, event.request, shape);
        serve(std::move(event));
        if (!refusal_.empty()) throw Error(refusal_);
        translate_reply(shape);
    } catch (const Error& e) {
        cell.state = ParityCell::State::impossible;
        cell.why = e.what();
        return cell;
    }
    std::vector<Difference> found = comparer_.differences(golden, reply_, texts.directory);
    if (is_single_valued(shape))
        std::erase_if(found, [&](const Difference& d) {
            return d.part == Difference::Part::header && is_joined(d.where, golden, reply_);
        });
    if (found.empty()) return cell;
    if (!loss.empty()) {
        cell.state = ParityCell::State::lossy;
        cell.why = std::move(loss);
        return cell;
    }
    cell.state = ParityCell::State::different;
    if (result.verdict != Verdict::failed) {
        result.verdict = Verdict::failed;
        result.problem = std::string(events::name(shape)) + " gives another reply";
        result.differences = std::move(found);
        note_failure(result);
    }
    return cell;
}

}  // namespace turngate::replay
