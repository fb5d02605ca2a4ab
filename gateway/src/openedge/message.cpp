#include "openedge/message.h"

#include <array>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>

#include <turngate/http/error.h>

namespace turngate::openedge {
namespace {

using protozero::pbf_wire_type;

// The numbers of a generation's fields; 0: it has no such field.
struct Fields {
    protozero::pbf_tag_type id, qos, topic, payload, timestamp, function_name, invoke_id, metadata;
};

struct Service {
    std::string_view path;
    Fields fields;
};

// In the order of Generation.
constexpr std::array<Service, 4> services = {{
    {"/runtime.Runtime/Handle", {0, 1, 2, 3, 0, 11, 12, 0}},
    {"/openedge.Function/Call", {1, 2, 3, 4, 0, 11, 12, 0}},
    {"/baetyl.Function/Call", {1, 2, 3, 4, 10, 11, 12, 0}},
    {"/faas.Function/Call", {1, 0, 0, 3, 0, 0, 0, 2}},
}};
// An entry of two bytes is one of sixty here.
constexpr std::size_t most_entries = 1000;
constexpr std::string_view name_key = "functionName", id_key = "invokeId";

const Fields& fields_of(Generation generation) noexcept {
    return services[static_cast<std::size_t>(generation)].fields;
}

std::string text(const protozero::data_view& view) {
    return {view.data(), view.size()};
}

std::pair<std::string, std::string> read_entry(protozero::pbf_reader entry) {
    std::pair<std::string, std::string> out;
    while (entry.next()) {
        const bool is_text = entry.wire_type() == pbf_wire_type::length_delimited;
        if (is_text && entry.tag() == 1)
            out.first = text(entry.get_view());
        else if (is_text && entry.tag() == 2)
            out.second = text(entry.get_view());
        else
            entry.skip();
    }
    return out;
}

// A field of the right number and another type is as unknown as one of another number.
void read_field(protozero::pbf_reader& reader, const Fields& fields, FunctionMessage& into) {
    const auto tag = reader.tag();
    if (reader.wire_type() == pbf_wire_type::varint) {
        if (tag == fields.id)
            into.id = reader.get_uint64();
        else if (tag == fields.qos)
            into.about.qos = reader.get_uint32();
        else if (tag == fields.timestamp)
            into.about.timestamp = reader.get_sint64();
        else
            reader.skip();
    } else if (reader.wire_type() == pbf_wire_type::length_delimited) {
        if (tag == fields.topic)
            into.about.topic = text(reader.get_view());
        else if (tag == fields.payload)
            into.payload = text(reader.get_view());
        else if (tag == fields.function_name)
            into.about.function_name = text(reader.get_view());
        else if (tag == fields.invoke_id)
            into.about.invoke_id = text(reader.get_view());
        else if (tag == fields.metadata && into.about.metadata.size() == most_entries)
            throw Error("the message has more than " + std::to_string(most_entries) +
                        " entries of metadata");
        else if (tag == fields.metadata)
            into.about.metadata.push_back(read_entry(reader.get_message()));
        else
            reader.skip();
    } else {
        reader.skip();
    }
}

}  // namespace

std::optional<Generation> generation_of(std::string_view path) noexcept {
    for (std::size_t i = 0; i < services.size(); ++i)
        if (services[i].path == path) return static_cast<Generation>(i);
    return std::nullopt;
}

std::string_view path_of(Generation generation) noexcept {
    return services[static_cast<std::size_t>(generation)].path;
}

FunctionMessage read_message(std::string_view bytes, Generation generation) {
    FunctionMessage out;
    try {
        protozero::pbf_reader reader(bytes.data(), bytes.size());
        while (reader.next())
            read_field(reader, fields_of(generation), out);
    } catch (const protozero::exception& e) {
        throw Error(std::string("the message is no protobuf: ") + e.what());
    }
    for (const auto& [key, value] : out.about.metadata) {
        if (key == name_key) out.about.function_name = value;
        if (key == id_key) out.about.invoke_id = value;
    }
    return out;
}

std::string write_message(const FunctionMessage& message, Generation generation) {
    const Fields& fields = fields_of(generation);
    const Message& about = message.about;
    std::string out;
    out.reserve(message.payload.size() + about.topic.size() + about.function_name.size() +
                about.invoke_id.size() + 64);
    protozero::pbf_writer writer(out);
    // What is as it is without being said is left out, as proto3 has it.
    const auto text = [&](protozero::pbf_tag_type tag, const std::string& value) {
        if (tag != 0 && !value.empty()) writer.add_bytes(tag, value);
    };
    if (fields.id != 0 && message.id != 0) writer.add_uint64(fields.id, message.id);
    if (fields.qos != 0 && about.qos != 0) writer.add_uint32(fields.qos, about.qos);
    text(fields.topic, about.topic);
    if (fields.metadata != 0)
        for (const auto& [key, value] : about.metadata) {
            protozero::pbf_writer entry(writer, fields.metadata);
            entry.add_bytes(1, key);
            entry.add_bytes(2, value);
        }
    text(fields.payload, message.payload);
    if (fields.timestamp != 0 && about.timestamp != 0)
        writer.add_sint64(fields.timestamp, about.timestamp);
    text(fields.function_name, about.function_name);
    text(fields.invoke_id, about.invoke_id);
    return out;
}

std::uint64_t varint_size(std::uint64_t length) noexcept {
    return static_cast<std::uint64_t>(protozero::length_of_varint(length));
}

std::uint64_t message_size(FunctionMessage message, Generation generation, std::uint64_t payload) {
    message.payload.clear();
    const std::uint64_t rest = write_message(message, generation).size();
    return payload == 0 ? rest : rest + 1 + varint_size(payload) + payload;
}

}  // namespace turngate::openedge
