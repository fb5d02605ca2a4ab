#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include <turngate/events/make_event.h>
#include <turngate/json/json.h>

namespace turngate::cli {
namespace {

constexpr Option options[] = {
    {.name = "json", .help = "print one JSON array"},
};

constexpr std::string_view examples[] = {"event list"};

std::string_view description(events::Format format) {
    using events::Format;
    switch (format) {
        case Format::api_gateway_v1:
            return "API Gateway, REST API (payload 1.0)";
        case Format::api_gateway_http1:
            return "API Gateway, HTTP API with payload 1.0";
        case Format::api_gateway_v2:
            return "API Gateway, HTTP API with payload 2.0";
        case Format::function_url:
            return "Lambda function URL";
        case Format::alb:
            return "Application Load Balancer, single-value headers";
        case Format::alb_multi_value:
            return "Application Load Balancer, multi-value headers";
        case Format::lattice_v1:
            return "VPC Lattice, version 1.0";
        case Format::lattice_v2:
            return "VPC Lattice, version 2.0";
        case Format::websocket:
            return "API Gateway, WebSocket API";
        case Format::edge:
            return "Lambda@Edge: CloudFront request triggers";
        case Format::vercel:
            return "Vercel: {\"Action\":\"Invoke\",...}";
        case Format::http:
            return "a plain request: {method, path, headers, body, encoding}";
        case Format::raw:
            return "any other JSON, as POST /events";
    }
    return "";
}

void print_text(Output& out) {
    constexpr std::size_t column = 15;
    for (events::Format format : events::formats()) {
        std::string_view name = events::name(format);
        out.write(out.paint(Color::bold, name))
            .write(std::string(name.size() < column ? column - name.size() : 1, ' '))
            .write(description(format))
            .write("\n");
        for (std::string_view loss : events::losses(format))
            out.write(std::string(column, ' ') + "loses: ").write(loss).write("\n");
    }
}

void print_json(Output& out) {
    Json::Array shapes;
    for (events::Format format : events::formats()) {
        Json::Array losses;
        for (std::string_view loss : events::losses(format))
            losses.emplace_back(loss);
        shapes.push_back(Json::object({{"name", events::name(format)},
                                       {"description", description(format)},
                                       {"losses", std::move(losses)}}));
    }
    out.write(Json(std::move(shapes)).dump() + '\n');
}

int list(Invocation& invocation) {
    if (invocation.arguments.on("json"))
        print_json(invocation.out);
    else
        print_text(invocation.out);
    return exit_status::good;
}

}  // namespace

const Command event_list_command = {
    .name = "event list",
    .summary = "name the shapes of events and what each cannot carry",
    .options = options,
    .examples = examples,
    .run = list,
};

}  // namespace turngate::cli
