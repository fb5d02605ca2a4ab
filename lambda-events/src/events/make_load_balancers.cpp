// Events as Application Load Balancers, VPC Lattice and CloudFront write them.
#include <chrono>
#include <span>
#include <string>

#include "event_draft.h"

namespace turngate::events {

void write_alb(const EventDraft& draft, Format format, JsonWriter& out) {
    const bool multi = format == Format::alb_multi_value;
    const EventSource& source = draft.source;
    out.begin_object();
    out.key("requestContext").begin_object().key("elb").begin_object();
    out.key("targetGroupArn")
        .string("arn:aws:elasticloadbalancing:" + source.region + ":" + source.account_id +
                ":targetgroup/turngate/0f1e2d3c4b5a6978");
    out.end_object().end_object();
    out.key("httpMethod").string(draft.request.method);
    out.key("path").string(draft.path);
    // Names and values as the client encoded them: this source does not decode.
    out.key(multi ? "multiValueQueryStringParameters" : "queryStringParameters");
    write_parameters(draft.parameters(false), out, multi ? Several::list : Several::last);
    out.key(multi ? "multiValueHeaders" : "headers");
    draft.write_headers(out, multi ? Several::list : Several::last, true);
    out.key("body");
    draft.write_body(out);
    out.key("isBase64Encoded").boolean(draft.is_base64);
    out.end_object();
}

void write_lattice_v1(const EventDraft& draft, JsonWriter& out) {
    out.begin_object();
    out.key("raw_path").string(draft.path);
    out.key("method").string(draft.request.method);
    out.key("headers");
    draft.write_headers(out, Several::joined, true);
    out.key("query_string_parameters");
    write_parameters(draft.parameters(true), out, Several::last);
    out.key("body");
    draft.write_body(out);
    out.key("is_base64_encoded").boolean(draft.is_base64);
    out.end_object();
}

void write_lattice_v2(const EventDraft& draft, JsonWriter& out) {
    const EventSource& source = draft.source;
    const std::string arn = "arn:aws:vpc-lattice:" + source.region + ":" + source.account_id + ":";
    out.begin_object();
    out.key("version").string("2.0");
    out.key("path").string(draft.path);
    out.key("method").string(draft.request.method);
    out.key("headers");
    draft.write_headers(out, Several::list, true);
    if (!draft.query.empty()) {
        out.key("queryStringParameters");
        write_parameters(draft.parameters(true), out, Several::list);
    }
    if (!draft.body.empty()) {
        out.key("body");
        draft.write_body(out);
    }
    out.key("isBase64Encoded").boolean(draft.is_base64);
    out.key("requestContext").begin_object();
    out.key("serviceNetworkArn").string(arn + "servicenetwork/sn-0a1b2c3d4e5f60718");
    out.key("serviceArn").string(arn + "service/svc-0c9d8e7f6a5b4c3d2");
    out.key("targetGroupArn").string(arn + "targetgroup/tg-0f1e2d3c4b5a69788");
    out.key("identity").begin_object();
    out.key("sourceVpcArn")
        .string("arn:aws:ec2:" + source.region + ":" + source.account_id +
                ":vpc/vpc-0123abcd4567ef890");
    out.end_object();
    out.key("region").string(source.region);
    out.key("timeEpoch")
        .string(std::to_string(
            std::chrono::floor<std::chrono::microseconds>(source.time).time_since_epoch().count()));
    out.end_object();
    out.end_object();
}

namespace {

void write_origin(const EventDraft& draft, JsonWriter& out) {
    out.key("origin").begin_object().key("custom").begin_object();
    out.key("customHeaders").begin_object().end_object();
    out.key("domainName").string(draft.headers().get("host"));
    out.key("keepaliveTimeout").integer(5);
    out.key("path").string("");
    out.key("port").integer(443);
    out.key("protocol").string("https");
    out.key("readTimeout").integer(30);
    out.key("sslProtocols").begin_array().string("TLSv1.2").end_array();
    out.end_object().end_object();
}

}  // namespace

void write_edge(const EventDraft& draft, JsonWriter& out) {
    const EventSource& source = draft.source;
    out.begin_object().key("Records").begin_array().begin_object().key("cf").begin_object();
    out.key("config").begin_object();
    out.key("distributionDomainName").string(source_domain(Format::edge, source));
    out.key("distributionId").string("E1TURNGATE2345");
    out.key("eventType").string(source.edge_event);
    out.key("requestId").string("tQh7c0Vn2Jx8Lr4Kz1Yd5Wf9Bs3Gm6Np0Ta7Ue2Ri5Ov8Cq1Ek4XyA==");
    out.end_object();
    out.key("request").begin_object();
    out.key("clientIp").string(draft.client);
    out.key("headers").begin_object();
    for_each_name(draft.fields(), [&](std::span<const FieldView> same) {
        out.key(lower_case(same.front().name)).begin_array();
        for (const FieldView& field : same) {
            out.begin_object().key("key").string(field.name);
            out.key("value").string(field.value).end_object();
        }
        out.end_array();
    });
    out.end_object();
    out.key("method").string(draft.request.method);
    if (source.edge_event == "origin-request") write_origin(draft, out);
    out.key("querystring").string(draft.query);
    out.key("uri").string(draft.path);
    if (!draft.body.empty()) {
        out.key("body").begin_object();
        out.key("inputTruncated").boolean(false);
        out.key("action").string("read-only");
        out.key("encoding").string("base64");
        out.key("data");
        draft.write_body(out);
        out.end_object();
    }
    out.end_object();
    out.end_object().end_object().end_array().end_object();
}

}  // namespace turngate::events
