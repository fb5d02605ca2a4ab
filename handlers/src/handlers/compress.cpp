#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <zlib.h>

#include "wrapped.h"
#include <turngate/handlers/middleware.h>
#include <turngate/http/accept_encoding.h>
#include <turngate/http/field_list.h>
#include <turngate/http/media_type.h>

namespace turngate {
namespace {

bool lists(std::string_view list, std::string_view wanted) {
    while (!list.empty())
        if (iequals(take_element(list), wanted)) return true;
    return false;
}

// Events are small and must not wait for others: servers leave them as they are.
bool is_event_stream(std::string_view content_type) {
    return iequals(take_element(content_type, ';'), "text/event-stream");
}

// Stands between the handler's writer and the real one, and compresses if the head says so.
class Compressor final : public ResponseSink {
  public:
    Compressor(ResponseWriter& next, bool wanted, const CompressOptions& options)
        : next_(next), wanted_(wanted), options_(options) {}
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;
    ~Compressor() override {
        if (active_) ::deflateEnd(&stream_);
    }

    void on_interim(int status, const Headers& headers) override { next_.interim(status, headers); }
    void on_head(int status, const Headers& headers) override {
        next_.relay();
        next_.status(status);
        next_.headers().merge(headers);
        if (!may_compress(status, headers)) return;
        if (!lists(headers.get("Vary"), "Accept-Encoding") && headers.get("Vary") != "*")
            next_.headers().add("Vary", "Accept-Encoding");
        if (!wanted_) return;

        // 31: the largest window, with gzip's header instead of zlib's.
        if (::deflateInit2(&stream_, options_.level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::runtime_error("zlib cannot start a gzip stream");
        active_ = true;
        next_.header("Content-Encoding", "gzip");
        next_.headers().remove("Content-Length");
        // Other bytes, so no longer the same strong validator (RFC 9110 section 8.8.1).
        if (std::string etag(headers.get("ETag")); etag.starts_with('"'))
            next_.header("ETag", "W/" + etag);
    }
    void on_body(std::string_view chunk) override { deflate(chunk, Z_NO_FLUSH); }
    void on_flush() override {
        deflate({}, Z_SYNC_FLUSH);
        next_.flush();
    }
    void on_trailers(const Headers& trailers) override { next_.trailers(trailers); }
    RawConnection* on_switch(const Headers& headers) override {
        return &next_.switch_protocols(headers);
    }
    void on_finish() override { deflate({}, Z_FINISH); }
    void on_abort() noexcept override { next_.abort(); }

  private:
    bool may_compress(int status, const Headers& headers) const {
        std::size_t length = options_.min_size;
        std::string_view declared = headers.get("Content-Length");
        std::from_chars(declared.data(), declared.data() + declared.size(), length);
        return status != 204 && status != 206 && status != 304 && length >= options_.min_size &&
               !headers.contains("Content-Encoding") && is_text(headers.get("Content-Type")) &&
               !is_event_stream(headers.get("Content-Type")) &&
               !lists(headers.get("Cache-Control"), "no-transform");
    }

    void deflate(std::string_view chunk, int flush) {
        if (!active_) return next_.write(chunk);
        // zlib does not write through next_in; its type predates const.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
        stream_.avail_in = static_cast<uInt>(chunk.size());
        do {
            std::array<char, 16 * 1024> out;
            stream_.next_out = reinterpret_cast<Bytef*>(out.data());
            stream_.avail_out = out.size();
            ::deflate(&stream_, flush);
            next_.write({out.data(), out.size() - stream_.avail_out});
        } while (stream_.avail_out == 0);
    }

    ResponseWriter& next_;
    bool wanted_;
    const CompressOptions& options_;
    z_stream stream_{};
    bool active_ = false;
};

}  // namespace

Middleware compress(CompressOptions options) {
    return [options](HandlerPtr next) {
        const auto around = [options](const Handler& inner, Request& request,
                                      ResponseWriter& response) {
            // Of a HEAD there is no body whose compressed length could be told.
            const bool wanted =
                request.method != "HEAD" && accepts_gzip(request.headers.get("Accept-Encoding"));
            Compressor compressor(response, wanted, options);
            ResponseWriter writer(compressor, request.method);
            inner.serve(request, writer);
            writer.finish();
        };
        return wrapped(std::move(next), around);
    };
}

}  // namespace turngate
