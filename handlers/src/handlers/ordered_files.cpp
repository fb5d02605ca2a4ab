#include "ordered_files.h"

#include <filesystem>

#include "file_name.h"
#include <turngate/http/error.h>
#include <turngate/http/media_type.h>

namespace turngate {
namespace {

constexpr std::string_view sendfile_field = "X-Sendfile";
constexpr std::string_view accel_field = "X-Accel-Redirect";

struct Order {
    bool by_url = false;
    std::string value;
};

// Between the script's writer and the real one, which sees nothing of a script that orders a file.
class OrderSink final : public ResponseSink {
  public:
    OrderSink(ResponseWriter& next, const Context& context, bool sendfile, bool accel)
        : next_(next), context_(context), sendfile_(sendfile), accel_(accel) {}

    const std::optional<Order>& order() const noexcept { return order_; }
    Headers& headers() noexcept { return headers_; }
    bool is_broken() const noexcept { return is_broken_; }

    void on_interim(int status, const Headers& headers) override { next_.interim(status, headers); }
    void on_head(int status, const Headers& headers) override {
        headers_ = headers;
        take(accel_field, accel_, true);
        take(sendfile_field, sendfile_, false);
        if (order_) return;
        next_.relay();
        next_.status(status);
        next_.headers().merge(headers_);
    }
    void on_body(std::string_view chunk) override {
        if (!order_) next_.write(chunk);
    }
    void on_file(int fd, std::uint64_t offset, std::uint64_t size) override {
        if (!order_) next_.write_file(fd, offset, size);
    }
    void on_flush() override {
        if (!order_) next_.flush();
    }
    void on_trailers(const Headers& trailers) override {
        if (!order_) next_.trailers(trailers);
    }
    RawConnection* on_switch(const Headers& headers) override {
        return &next_.switch_protocols(headers);
    }
    void on_finish() override {}
    void on_abort() noexcept override {
        is_broken_ = true;
        if (!order_) next_.abort();
    }

  private:
    void take(std::string_view field, bool in_use, bool by_url) {
        if (!headers_.contains(field)) return;
        if (in_use)
            order_ = Order{by_url, std::string(headers_.get(field))};
        else
            context_.log(Level::warn, "the script's " + std::string(field) + " is not followed");
        headers_.remove(field);
    }

    ResponseWriter& next_;
    const Context& context_;
    const bool sendfile_, accel_;
    std::optional<Order> order_;
    Headers headers_;
    bool is_broken_ = false;
};

[[noreturn]] void refuse(const Order& order, const std::string& rule) {
    throw ProtocolError("the script orders the file " + order.value + ", which is not " + rule);
}

// Relative to the first of `roots`, all of which name the same directory.
std::string path_of_file(const Order& order, const std::array<std::string, 2>& roots) {
    if (!order.value.starts_with('/')) return order.value;
    for (const std::string& root : roots)
        if (order.value.starts_with(root + '/')) return order.value.substr(root.size() + 1);
    refuse(order, "below " + roots.front());
}

std::filesystem::path without_slash(const std::filesystem::path& directory) {
    return directory.has_filename() ? directory : directory.parent_path();
}

std::string path_of_url(const Order& order, const std::string& prefix) {
    const std::string url = order.value.substr(0, order.value.find('?'));
    if (!url.starts_with(prefix)) refuse(order, "below " + prefix);
    FileName name = file_name(std::string_view(url).substr(prefix.size() - 1));
    if (name.kind != FileName::Kind::file) refuse(order, "the name of a file");
    return name.path;
}

}  // namespace

OrderedFiles::OrderedFiles(const std::string& sendfile, const std::string& accel,
                           std::string accel_prefix)
    : accel_prefix_(std::move(accel_prefix)) {
    if (!sendfile.empty()) {
        sendfile_.emplace(ServedFiles::Options{.root = sendfile, .links_to_hidden = true});
        std::error_code error;
        sendfile_roots_ = {std::filesystem::canonical(sendfile, error).string(),
                           without_slash(std::filesystem::absolute(sendfile, error)).string()};
    }
    if (accel.empty()) return;
    if (!accel_prefix_.starts_with('/') || !accel_prefix_.ends_with('/'))
        throw Error("the prefix of X-Accel-Redirect " + accel_prefix_ +
                    " must begin and end with a slash");
    accel_.emplace(ServedFiles::Options{.root = accel, .links_to_hidden = true});
}

void OrderedFiles::serve(const Handler& script, Request& request, ResponseWriter& response) const {
    OrderSink sink(response, request.context, sendfile_.has_value(), accel_.has_value());
    {
        ResponseWriter writer(sink, request.method);
        script.serve(request, writer);
        writer.finish();
    }
    if (!sink.order()) return;
    const Order& order = *sink.order();
    if (sink.is_broken())
        throw ProtocolError("the script broke off after it had ordered the file " + order.value);
    const ServedFiles& files = order.by_url ? *accel_ : *sendfile_;
    const std::string path =
        order.by_url ? path_of_url(order, accel_prefix_) : path_of_file(order, sendfile_roots_);
    const std::optional<OpenFile> file = files.open(path);
    if (!file) {
        request.context.log(Level::error,
                            "the script orders the file " + order.value + ", which is not there");
        throw HttpError(404, "there is no such file");
    }
    Headers headers = std::move(sink.headers());
    for (std::string_view field : {"Accept-Ranges", "Content-Encoding", "Content-Length",
                                   "Content-Range", "ETag", "Last-Modified"})
        headers.remove(field);
    const std::string type(headers.contains("Content-Type") ? headers.get("Content-Type")
                                                            : media_type_of(path));
    response.headers().merge(headers);
    if (request.method == "GET" || request.method == "HEAD")
        return answer_with_file(request, response, *file, type);
    // Conditions and ranges are about what the client asked for, not about this file.
    answer_with_file(Request::get("/"), response, *file, type);
}

}  // namespace turngate
