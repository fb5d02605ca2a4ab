#include "field_filter.h"

#include <optional>

#include "wrapped.h"

namespace turngate {
namespace {

// Between the handler's writer and the real one. It holds nothing back.
class FieldFilter final : public ResponseSink {
  public:
    FieldFilter(ResponseWriter& next, const std::vector<std::string>& names)
        : next_(next), names_(names) {}

    void on_interim(int status, const Headers& headers) override {
        next_.interim(status, filtered(headers));
    }
    void on_head(int status, const Headers& headers) override {
        next_.relay();
        next_.status(status);
        next_.headers().merge(filtered(headers));
    }
    void on_body(std::string_view chunk) override { next_.write(chunk); }
    void on_file(int fd, std::uint64_t offset, std::uint64_t size) override {
        next_.write_file(fd, offset, size);
    }
    void on_flush() override { next_.flush(); }
    void on_trailers(const Headers& trailers) override { next_.trailers(filtered(trailers)); }
    RawConnection* on_switch(const Headers& headers) override {
        return &next_.switch_protocols(filtered(headers));
    }
    void on_finish() override {}
    void on_abort() noexcept override { next_.abort(); }

  private:
    Headers filtered(const Headers& headers) const {
        Headers out = headers;
        for (const std::string& name : names_)
            out.remove(name);
        return out;
    }

    ResponseWriter& next_;
    const std::vector<std::string>& names_;
};

}  // namespace

Middleware remove_response_fields(std::vector<std::string> names) {
    return [names = std::move(names)](HandlerPtr next) {
        const auto around = [names](const Handler& inner, Request& request,
                                    ResponseWriter& response) {
            FieldFilter filter(response, names);
            ResponseWriter writer(filter, request.method);
            inner.serve(request, writer);
            writer.finish();
        };
        return wrapped(std::move(next), around);
    };
}

Middleware authorization_from(std::string source) {
    return [source = std::move(source)](HandlerPtr next) {
        const auto around = [source](const Handler& inner, Request& request,
                                     ResponseWriter& response) {
            if (request.headers.contains(source)) {
                const std::string value(request.headers.get(source));
                request.headers.remove(source);
                request.headers.set("Authorization", value);
            }
            inner.serve(request, response);
        };
        return wrapped(std::move(next), around);
    };
}

Middleware remove_base_path(std::string prefix) {
    return [prefix = std::move(prefix)](HandlerPtr next) {
        const auto around = [prefix](const Handler& inner, Request& request,
                                     ResponseWriter& response) {
            request.url.strip_prefix(prefix);
            inner.serve(request, response);
        };
        return wrapped(std::move(next), around);
    };
}

}  // namespace turngate
