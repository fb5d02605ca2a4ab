// The events of a run more than once, and in another order.
#include "replay/rounds.h"

#include <cerrno>
#include <limits>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

#include "replay/event_lines.h"
#include "replay/golden_file.h"

namespace turngate::replay {
namespace {

// A number below `end`, each as likely as any other: std::uniform_int_distribution would do as
// well, and yields other numbers with another library.
std::uint64_t below(std::uint64_t end, std::mt19937_64& random) {
    constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t even = all - all % end;  // a multiple of `end`
    for (;;)
        if (const std::uint64_t number = random(); number < even) return number % end;
}

}  // namespace

bool Repeated::fill(Batch& batch, std::size_t most) {
    for (;;) {
        if (!current_) {
            if (rounds_ == 0) return false;
            --rounds_;
            current_ = make_();
            has_brought_ = false;
        }
        if (current_->fill(batch, most)) return has_brought_ = true;
        current_.reset();
        if (!has_brought_) rounds_ = 0;
    }
}

Shuffled::Shuffled(Source& source, std::uint64_t seed, std::uint64_t rounds)
    : limit_(source.limit()), random_(seed), rounds_(rounds) {
    std::size_t lines_path = 0;
    std::shared_ptr<LinesFile> lines;
    for (Batch batch; source.fill(batch, 256);)
        for (const Item& item : batch.items) {
            Place place{.item = item};
            if (item.kind != Item::Kind::text) {
                place.text = keep(batch[item.name]);
                if (item.kind != Item::Kind::file) {
                    place.why = keep(batch[item.event]);
                    place.hint = keep(batch[item.hint]);
                }
            } else {
                if (batch.lines != lines) {
                    lines = batch.lines;
                    lines_path = keep(lines->path);
                }
                place.text = lines_path;
                if (is_har(lines->path) || is_packed(lines->path)) hold(place, batch);
            }
            places_.push_back(place);
        }
    order_.resize(places_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    next_ = order_.size();  // the first round is still to come
}

std::size_t Shuffled::keep(std::string_view text) {
    texts_.emplace_back(text);
    return texts_.size() - 1;
}

void Shuffled::shuffle() {
    for (std::size_t i = order_.size(); i > 1; --i)
        std::swap(order_[i - 1], order_[below(i, random_)]);
}

bool Shuffled::fill(Batch& batch, std::size_t most) {
    batch.clear();
    if (next_ == order_.size()) {
        if (rounds_ == 0 || order_.empty()) return false;
        --rounds_;
        next_ = 0;
        shuffle();
    }
    while (batch.items.size() < most && next_ < order_.size()) {
        const Place& place = places_[order_[next_]];
        if (place.item.kind == Item::Kind::text) {
            if (!batch.items.empty()) break;  // one batch holds lines or files, not both
            ++next_;
            if (place.held != 0)
                fill_held(batch, place);
            else
                fill_line(batch, place);
            break;
        }
        ++next_;
        Item item = place.item;
        item.name = batch.add(texts_[place.text]);
        item.event = item.hint = {};
        if (item.kind != Item::Kind::file) {
            item.event = batch.add(texts_[place.why]);
            item.hint = batch.add(texts_[place.hint]);
        }
        batch.items.push_back(item);
    }
    return true;
}

void Shuffled::hold(Place& place, const Batch& batch) {
    const Item& item = place.item;
    held_.push_back({batch.lines, std::string(batch[item.name]), std::string(batch[item.event]),
                     std::string(batch[item.golden]), std::string(batch[item.recorded])});
    place.held = held_.size();
}

void Shuffled::fill_held(Batch& batch, const Place& place) const {
    const Held& held = held_[place.held - 1];
    batch.lines = held.lines;
    Item item = place.item;
    item.name = batch.add(held.name);
    item.event = batch.add(held.event);
    item.golden = batch.add(held.golden);
    item.recorded = batch.add(held.recorded);
    batch.items.push_back(item);
}

// Of a file that has changed since, whatever stands there now.
void Shuffled::fill_line(Batch& batch, const Place& place) {
    const std::string& path = texts_[place.text];
    const auto fail = [&](std::string_view why, std::string_view hint) {
        Item item{.kind = Item::Kind::problem, .line = place.item.line};
        item.name = batch.add(path);
        item.event = batch.add(why);
        item.hint = batch.add(hint);
        batch.items.push_back(item);
    };
    try {
        os::Fd fd = open_file(path);
        if (!fd) return fail(reason(ENOENT), reading_hint(ENOENT));
        EventLines lines(fd.release(), path, -1, limit_);
        lines.open_goldens();
        std::optional<std::uint64_t> golden_at;
        if (place.item.has_golden) golden_at = place.item.golden_at;
        lines.start_at(place.item.line, place.item.event_at, golden_at);
        batch.lines = lines.file;
        lines.next(batch);
        for (Item& item : batch.items)
            item.named = place.item.named;
    } catch (const std::system_error& e) {
        fail(reason(e.code().value()), reading_hint(e.code().value()));
    } catch (const FileProblem& e) {
        fail(e.rule(), e.hint());
    }
}

}  // namespace turngate::replay
