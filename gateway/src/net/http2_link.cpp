// Callbacks of nghttp2, and the limits that it does not have.
#include "net/http2_link.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "net/http2_stream.h"
#include <turngate/http/field_list.h>

namespace turngate::net {
namespace {

constexpr std::uint32_t most_streams = 100;
constexpr std::uint32_t stream_window = 256 * 1024;
// What of all streams together may be here and not yet read. More than what is collected of the
// bodies of so many streams before their handlers run: those could block each other otherwise.
constexpr std::int32_t connection_window = 4 << 20;
constexpr std::size_t gathered = 64 * 1024;
// Waiting frames that are not the bodies of responses: answers to a client that does not read them.
constexpr std::size_t most_queued = 2000;
// Requests may be given up before they have an answer, but not most of them (CVE-2023-44487).
constexpr std::uint64_t free_resets = 100;
// PING, SETTINGS, empty DATA and the like in a row.
constexpr std::uint64_t most_idle_frames = 10'000;
constexpr std::uint64_t most_let_in = 256 * 1024;
constexpr std::size_t longest_head_sent = 256 * 1024;

std::string_view view(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

std::vector<nghttp2_nv> name_values(const Http2Link::Fields& fields) {
    const auto bytes = [](const std::string& s) {
        return reinterpret_cast<std::uint8_t*>(const_cast<char*>(s.data()));
    };
    std::vector<nghttp2_nv> all;
    all.reserve(fields.size());
    for (const auto& [name, value] : fields)
        all.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    return all;
}

}  // namespace

// C on the outside: what is thrown inside ends the connection.
struct Http2Link::Callbacks {
    static Http2Link& link(void* self) { return *static_cast<Http2Link*>(self); }
    static Http2Stream* stream(nghttp2_session* session, std::int32_t id) {
        return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session, id));
    }

    template <class F>
    static auto guarded(F body) noexcept -> decltype(body()) {
        try {
            return body();
        } catch (...) {
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
    }

    static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* self) {
        return guarded([&] {
            link(self).head_since_ = now();
            if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
            ++link(self).requests_;
            const std::int32_t id = frame->hd.stream_id;
            if (Http2Stream* stream = link(self).events_.on_request(id))
                return nghttp2_session_set_stream_user_data(session, id, stream);
            return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id,
                                             NGHTTP2_REFUSED_STREAM);
        });
    }

    static int header(nghttp2_session* session, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t, void* self) {
        return guarded([&] {
            if (Http2Stream* known = stream(session, frame->hd.stream_id))
                link(self).events_.on_field(*known, view(name, name_size), view(value, value_size),
                                            frame->headers.cat != NGHTTP2_HCAT_REQUEST);
            return 0;
        });
    }

    // A field that nghttp2 would leave out makes the request malformed (RFC 9113 section 8.2.1).
    static int invalid_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*,
                              std::size_t, const std::uint8_t*, std::size_t, std::uint8_t,
                              void* self) {
        link(self).head_since_ = never;
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }

    static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* self) {
        link(self).head_since_ = never;
        return 0;
    }

    static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* head, void* self) {
        return guarded([&] {
            link(self).count_frame(*head);
            return 0;
        });
    }

    static int frame(nghttp2_session* session, const nghttp2_frame* frame, void* self) {
        return guarded([&] {
            Http2Link& mine = link(self);
            const auto type = frame->hd.type;
            if (type == NGHTTP2_HEADERS) mine.head_since_ = never;
            if (type == NGHTTP2_SETTINGS) mine.has_settings_ = true;
            Http2Stream* known = stream(session, frame->hd.stream_id);
            if (!known) return 0;
            if (type == NGHTTP2_RST_STREAM && !known->is_ended) mine.count_reset();
            if (type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
                mine.events_.on_head(*known);
            if ((type == NGHTTP2_HEADERS || type == NGHTTP2_DATA) &&
                (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
                mine.events_.on_complete(*known);
            return 0;
        });
    }

    static int data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                    const std::uint8_t* bytes, std::size_t size, void* self) {
        return guarded([&] {
            if (Http2Stream* known = stream(session, id)) {
                link(self).events_.on_data(*known, view(bytes, size));
                return 0;
            }
            return nghttp2_session_consume_connection(session, size);
        });
    }

    static int closed(nghttp2_session* session, std::int32_t id, std::uint32_t, void* self) {
        return guarded([&] {
            if (Http2Stream* known = stream(session, id)) {
                nghttp2_session_set_stream_user_data(session, id, nullptr);
                link(self).events_.on_closed(*known);
            }
            return 0;
        });
    }

    static int sent(nghttp2_session* session, const nghttp2_frame* frame, void* self) {
        return guarded([&] {
            const auto type = frame->hd.type;
            if (type == NGHTTP2_RST_STREAM) {
                const std::uint32_t error = frame->rst_stream.error_code;
                if (error != NGHTTP2_NO_ERROR && error != NGHTTP2_INTERNAL_ERROR &&
                    error != NGHTTP2_CANCEL)
                    link(self).count_reset();  // the client made us do it
            }
            if (type == NGHTTP2_DATA && frame->hd.length > 0) link(self).idle_frames_ = 0;
            if ((type != NGHTTP2_HEADERS && type != NGHTTP2_DATA) ||
                (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
                return 0;
            const std::int32_t id = frame->hd.stream_id;
            Http2Stream* known = stream(session, id);
            if (!known) return 0;
            known->is_sent = true;
            known->touched = now();
            // All is said, so that a long rest of the request is of no use (RFC 9113 section 8.1);
            // a short one is let in, and some of any behind an error: there are clients that stop
            // by themselves when they see that, and take a reset at the same time for a failure.
            if (known->is_error || known->declared_left() <= most_let_in) return 0;
            return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
        });
    }

    static int not_sent(nghttp2_session* session, const nghttp2_frame* frame, int, void*) {
        if (frame->hd.type == NGHTTP2_HEADERS && stream(session, frame->hd.stream_id))
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                      NGHTTP2_INTERNAL_ERROR);
        return 0;
    }

    static ssize_t output(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t room,
                          std::uint32_t* flags, nghttp2_data_source* source, void* self) {
        return guarded([&] {
            return link(self).read_output(*static_cast<Http2Stream*>(source->ptr), into, room,
                                          *flags);
        });
    }
};

Http2Link::Http2Link(Surroundings& door, Connection& connection, Events& events)
    : door_(door), connection_(connection), events_(events) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> owned(
        callbacks, nghttp2_session_callbacks_del);
    if (nghttp2_option_new(&option) != 0) throw std::bad_alloc();
    const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> owned_option(
        option, nghttp2_option_del);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::header);
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, Callbacks::invalid_header);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, Callbacks::begin_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks,
                                                                 Callbacks::invalid_frame);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::closed);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, Callbacks::not_sent);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_max_send_header_block_length(option, longest_head_sent);
    if (nghttp2_session_server_new2(&session_, callbacks, this, option) != 0)
        throw std::bad_alloc();
    const std::array<nghttp2_settings_entry, 4> settings = {{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
         static_cast<std::uint32_t>(std::min<std::size_t>(door_.limits.section, UINT32_MAX))},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    }};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window);
}

Http2Link::~Http2Link() {
    nghttp2_session_del(session_);
}

bool Http2Link::receive(std::string_view bytes) {
    if (is_broken_) return false;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const ssize_t taken = nghttp2_session_mem_recv(session_, data, bytes.size());
    if (taken < 0 || nghttp2_session_get_outbound_queue_size(session_) > most_queued) {
        terminate(taken == NGHTTP2_ERR_NOMEM ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_ENHANCE_YOUR_CALM);
        return false;
    }
    return true;
}

void Http2Link::count_reset() {
    if (++resets_ > free_resets + requests_ / 2) terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Link::count_frame(const nghttp2_frame_hd& head) {
    if (head.type == NGHTTP2_CONTINUATION) return;
    head_since_ = never;
    if (head.type == NGHTTP2_HEADERS || (head.type == NGHTTP2_DATA && head.length > 0))
        idle_frames_ = 0;
    else if (++idle_frames_ > most_idle_frames)
        terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

bool Http2Link::flush() noexcept {
    if (is_broken_ || connection_.is_broken()) return false;
    if (is_full_) return true;
    try {
        thread_local std::string bytes;
        for (;;) {
            bytes.assign(std::exchange(unsent_, {}));
            while (bytes.size() < gathered) {
                const std::uint8_t* data = nullptr;
                const ssize_t size = nghttp2_session_mem_send(session_, &data);
                if (size < 0) is_broken_ = true;
                if (size <= 0) break;
                bytes += view(data, static_cast<std::size_t>(size));
            }
            if (bytes.empty()) return !is_broken_;
            const std::string_view part = bytes;
            const std::size_t sent = connection_.send_now({&part, 1});
            if (sent > 0) stalled_since_ = never;
            if (sent == bytes.size()) continue;
            unsent_ = bytes.substr(sent);
            // There are events, too, when nothing fits.
            if (stalled_since_ == never) stalled_since_ = now();
            is_full_ = true;
            connection_.watch(true, true);
            return !is_broken_;
        }
    } catch (const std::exception&) {  // the client has gone, or memory has
        is_broken_ = true;
        return false;
    }
}

void Http2Link::is_writable() noexcept {
    if (!std::exchange(is_full_, false)) return;
    flush();
    if (!is_full_) connection_.watch(true, false);
}

bool Http2Link::is_done() const noexcept {
    return is_broken_ || (unsent_.empty() && nghttp2_session_want_read(session_) == 0 &&
                          nghttp2_session_want_write(session_) == 0);
}

void Http2Link::announce_end() {
    nghttp2_submit_shutdown_notice(session_);
}

void Http2Link::end() {
    if (std::exchange(is_ended_, true)) return;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
}

void Http2Link::terminate(std::uint32_t error) {
    is_ended_ = true;
    nghttp2_session_terminate_session(session_, error);
}

void Http2Link::respond(Http2Stream& stream, const Fields& fields, bool has_body) {
    nghttp2_data_provider provider{};
    provider.source.ptr = &stream;
    provider.read_callback = Callbacks::output;
    const auto all = name_values(fields);
    stream.is_submitted = true;
    stream.is_error = fields.front().second >= "400";  // the status
    if (nghttp2_submit_response(session_, stream.id, all.data(), all.size(),
                                has_body ? &provider : nullptr) != 0)
        reset(stream, NGHTTP2_INTERNAL_ERROR);
}

void Http2Link::interim(Http2Stream& stream, const Fields& fields) {
    const auto all = name_values(fields);
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, all.data(), all.size(),
                           nullptr);
}

void Http2Link::resume(Http2Stream& stream) {
    if (!std::exchange(stream.is_deferred, false)) return;
    nghttp2_session_resume_data(session_, stream.id);
}

void Http2Link::reset(Http2Stream& stream, std::uint32_t error) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, error);
}

void Http2Link::consumed(Http2Stream& stream, std::size_t size) {
    nghttp2_session_consume(session_, stream.id, size);
}

// What nghttp2 calls for the next DATA frame of a stream.
ssize_t Http2Link::read_output(Http2Stream& stream, std::uint8_t* into, std::size_t room,
                               std::uint32_t& flags) {
    const std::size_t size = stream.take_output(reinterpret_cast<char*>(into), room);
    if (size > 0) {
        stream.touched = now();
        stream.changed.notify_all();
    }
    if (!stream.output.empty()) return static_cast<ssize_t>(size);
    if (!stream.is_ended) {
        stream.is_deferred = size == 0;
        if (size == 0) return NGHTTP2_ERR_DEFERRED;
        return static_cast<ssize_t>(size);
    }
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream.last_fields.empty()) return static_cast<ssize_t>(size);
    Fields fields;
    for (const auto& [name, value] : stream.last_fields)
        fields.emplace_back(lower_case(name), trimmed(value));
    const auto all = name_values(fields);
    if (nghttp2_submit_trailer(session_, stream.id, all.data(), all.size()) == 0)
        flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return static_cast<ssize_t>(size);
}

}  // namespace turngate::net
