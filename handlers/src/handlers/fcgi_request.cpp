// BEGIN_REQUEST, PARAMS and STDIN.
#include "fcgi_request.h"

#include <algorithm>
#include <cstring>

#include "exchange_rules.h"
#include <turngate/http/environment.h>
#include <turngate/http/error.h>
#include <turngate/http/headers.h>

namespace turngate {
namespace {

using fcgi::Type;

// Of a record of the body: with its header a multiple of 8, and php-fpm counts padding in.
constexpr std::size_t largest_piece = 65'528;

// Copied rather than sent from where it is.
constexpr std::size_t small_piece = 4 * 1024;

std::string_view view(const fcgi::HeaderBytes& header) {
    return {header.data(), header.size()};
}

const fcgi::HeaderBytes end_of_body = fcgi::record_header(Type::standard_input, FcgiRequest::id, 0);

// Reads a body into records of one block, and sends them.
void send_body(UpstreamUpload& to, Body& body) {
    const std::uint64_t size = body.size().value_or(UINT64_MAX);
    std::vector<char> block(fcgi::header_size + largest_piece + fcgi::header_size);
    const std::span<char> room(block.data() + fcgi::header_size, largest_piece);
    std::uint64_t all = 0;
    while (const std::size_t n = body.read(room)) {
        const auto header = fcgi::record_header(Type::standard_input, FcgiRequest::id, n);
        std::memcpy(block.data(), header.data(), header.size());
        all += n;
        std::size_t length = header.size() + n;
        if (all == size) {
            std::memcpy(block.data() + length, end_of_body.data(), end_of_body.size());
            length += end_of_body.size();
            to.sends_last();
        }
        to.send({block.data(), length});
    }
    if (all == 0) to.send(view(end_of_body));
}

}  // namespace

std::optional<BodySpool> read_up(Request& request, const FcgiOptions& options) {
    Body& body = request.body;
    body.limit(options.max_body);
    if (body.arrived()) return {};
    if (body.size() && *body.size() <= small_body) {
        body.interrupt(request.context.stop);
        body.text();
        return {};
    }
    if (body.size() && !options.request_buffer) return {};
    std::optional<BodySpool> spool;
    spool.emplace(body, options.spool_memory, options.spool_directory, request.context.stop);
    body = spool->body();
    return spool;
}

FcgiRequest::FcgiRequest(const Request& request, const cgi::Script& script,
                         const FcgiOptions& options)
    : keeps_connection_(options.keep > 0 && request.body.size() == 0) {
    if (request.method == "CONNECT") throw HttpError(501, "the method CONNECT is not implemented");
    constexpr std::size_t usual = 2048;
    start_.reserve(usual);
    fcgi::append_begin_request(
        start_, id, {.role = fcgi::Role::responder, .keeps_connection = keeps_connection_});
    append_variables(request, script, options);
    if (request.body.arrived())
        append_body(request.body.buffered());
    else
        parts_.push_back(start_);
}

void FcgiRequest::append_variables(const Request& request, const cgi::Script& script,
                                   const FcgiOptions& options) {
    fcgi::ParamsWriter params(start_, id);
    const auto is_set_from = [&](auto begin, std::string_view name) {
        return std::any_of(begin, options.params.end(),
                           [&](const auto& param) { return param.first == name; });
    };
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!is_set_from(options.params.begin(), name)) params.add(name, value);
    };
    std::string document;
    cgi::list_variables(request, script, [&](std::string_view name, std::string_view value) {
        if (name == "CONTENT_LENGTH") return;
        if (name == "SCRIPT_NAME") document.insert(0, value);
        if (name == "PATH_INFO") document += value;
        add(name, value);
    });
    // php-fpm reads no body without it, and waits for ever for more than there is.
    add("CONTENT_LENGTH", std::to_string(request.body.arrived() ? request.body.buffered().size()
                                                                : request.body.size().value_or(0)));
    if (!script.root.empty()) add("DOCUMENT_URI", document);  // as nginx has it
    if (const auto* own = request.context.find<Environment>())
        for (const auto& [name, value] : *own)
            add(name, value);
    for (auto param = options.params.begin(); param != options.params.end(); ++param)
        if (!is_set_from(std::next(param), param->first)) params.add(param->first, param->second);
    params.finish();
}

void FcgiRequest::append_body(std::string_view body) {
    if (body.size() <= small_piece) {
        fcgi::append_stream(start_, Type::standard_input, id, body);
        fcgi::append_end_of_stream(start_, Type::standard_input, id);
        parts_.push_back(start_);
        return;
    }
    const std::size_t count = (body.size() + largest_piece - 1) / largest_piece;
    headers_.reserve(count);
    parts_.reserve(2 * count + 2);
    parts_.push_back(start_);
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, largest_piece);
        body.remove_prefix(piece.size());
        headers_.push_back(fcgi::record_header(Type::standard_input, id, piece.size()));
        parts_.push_back(view(headers_.back()));
        parts_.push_back(piece);
    }
    parts_.push_back(view(end_of_body));
}

UpstreamUpload::Job FcgiRequest::rest(std::size_t sent, Body& body) const {
    return [this, sent, &body](UpstreamUpload& to) {
        const bool is_whole = body.arrived();
        if (is_whole) to.sends_last();
        std::size_t left = sent;
        for (std::string_view part : parts_) {
            const std::size_t skipped = std::min(left, part.size());
            left -= skipped;
            part.remove_prefix(skipped);
            if (!part.empty()) to.send(part);
        }
        if (!is_whole) send_body(to, body);
    };
}

}  // namespace turngate
