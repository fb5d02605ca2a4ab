// Clients of an HTTP server, good and bad, many at once on one thread, for soak_http.py:
//   attacker PORT ask COUNT SECONDS PATH [PAUSE_MS]   keep-alive clients, and how long they waited
//   attacker PORT rate COUNT SECONDS PATH RATE        RATE requests a second on COUNT connections,
//                                                     each at its time, from which it is measured
//   attacker PORT pipe COUNT SECONDS PATH DEPTH       keep-alive clients, each with DEPTH requests
//                                                     on their way
//   attacker PORT heads|bodies|large-heads|large-bodies|readers|idle COUNT SECONDS [RATE]
//                                                     clients that hold a connection, RATE more a
//                                                     second; without: at once
//   attacker PORT burst COUNT SECONDS                 connects and closes, COUNT at once
// Deliberately of sockets alone. Prints one line of JSON.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <netinet/in.h>
#include <queue>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds drip{1000};      // between two bytes of who is slow
constexpr milliseconds patience{5000};  // of who asks
constexpr std::size_t opened_in_turn = 200;
constexpr milliseconds warm_up{500};        // until the first request that has a time
constexpr std::size_t large_head = 31'000;  // of 32 KiB that a head may have, ...
constexpr std::size_t large_body = 64'000;  // ... and of a body that is collected, 64 KiB

double ms(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

struct Client {
    int fd = -1;
    std::size_t number = 0;
    bool is_connected = false;
    bool is_asking = false;
    bool is_last = false;     // the server has said so
    std::size_t pending = 0;  // requests that it has not answered
    Clock::time_point since;  // it has been connected, or asked
    Clock::time_point next;   // it does something
    std::string in;
    int status = 0;
    std::size_t left = 0;  // of a reply's body
};

class Clients {
  public:
    // `rate`: what happens a second, requests or new clients; 0: no time is set. `depth`: of mode
    // pipe.
    Clients(int port, std::string mode, std::size_t count, int seconds, std::string path, int pause,
            std::size_t rate, std::size_t depth)
        : port_(port),
          mode_(std::move(mode)),
          path_(std::move(path)),
          pause_(pause),
          rate_(rate),
          depth_(depth),
          epoll_(::epoll_create1(0)),
          begin_(Clock::now()),
          end_(begin_ + std::chrono::seconds(seconds)),
          clients_(count) {
        for (std::size_t i = 0; i < count; ++i)
            clients_[i].number = i;
    }

    void run() {
        std::size_t opened = 0;
        std::array<epoll_event, 512> events;
        auto next_look = Clock::now();
        while (Clock::now() < end_) {
            const std::size_t wanted = mode_ == "rate" || rate_ == 0
                                           ? clients_.size()
                                           : std::min(clients_.size(), happened_by(Clock::now()));
            for (std::size_t i = 0; i < opened_in_turn && opened < wanted; ++i)
                open(clients_[opened++]);
            const int patience_ms = opened < wanted ? 0 : rate_ > 0 ? 1 : wait_ms();
            const int n =
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience_ms);
            for (int i = 0; i < n; ++i)
                on_event(clients_[events[static_cast<std::size_t>(i)].data.u64],
                         events[static_cast<std::size_t>(i)].events);
            run_due();
            if (mode_ == "rate") run_schedule();
            if (Clock::now() < next_look) continue;
            next_look = Clock::now() + milliseconds(200);
            for (const std::size_t number : std::exchange(again_, {}))
                open(clients_[number]);
            give_up();
        }
    }

    void print() {
        std::size_t open = 0, unconnected = 0;
        for (const Client& client : clients_) {
            open += client.fd >= 0;
            unconnected += client.fd >= 0 && !client.is_connected;
        }
        std::printf(
            "{\"connected\": %zu, \"open\": %zu, \"unconnected\": %zu, \"closed\": %zu, "
            "\"oldest_ms\": %.0f, \"failures\": %zu, \"lost\": %zu, \"without_retry_after\": %zu, "
            "\"unsent\": %zu, \"statuses\": {",
            connected_, open, unconnected, closed_, oldest_, failures_, lost_, no_retry_after_,
            scheduled_ - sent_);
        const char* comma = "";
        for (auto& [status, times] : times_) {
            std::sort(times.begin(), times.end());
            auto at = [&, &all = times](double part) {
                return all[std::min(all.size() - 1, static_cast<std::size_t>(
                                                        static_cast<double>(all.size()) * part))];
            };
            std::printf("%s\"%d\": {\"count\": %zu, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}",
                        comma, status, times.size(), at(0.5), at(0.99), times.back());
            comma = ", ";
        }
        std::puts("}}");
    }

  private:
    void open(Client& client) {
        client.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (client.fd < 0) {
            std::perror("socket");
            std::exit(1);
        }
        client.is_connected = false;
        client.is_asking = client.is_last = false;
        client.pending = 0;
        client.in.clear();
        client.left = 0;
        if (mode_ == "readers") {
            const int tiny = 2048;
            ::setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        if (mode_ == "burst") {  // the ports of one address would run out
            address.sin_port = 0;
            address.sin_addr.s_addr = htonl(
                INADDR_LOOPBACK + static_cast<std::uint32_t>(256 * (1 + connected_ / 64 % 250)));
            const int on = 1;
            ::setsockopt(client.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
            ::bind(client.fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
            address.sin_port = htons(static_cast<std::uint16_t>(port_));
        }
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        client.since = Clock::now();
        if (::connect(client.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
            errno != EINPROGRESS) {
            ++failures_;
            return close(client);
        }
        epoll_event event{};
        event.events = EPOLLOUT;
        event.data.u64 = client.number;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    }

    void close(Client& client) {
        if (client.fd >= 0) ::close(client.fd);
        client.fd = -1;
    }

    bool send(Client& client, std::string_view bytes) {
        return ::send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
    }

    // As large as `size`, by fields or by what a body may have.
    static std::string filled(std::string bytes, std::size_t size, std::string_view name,
                              std::string_view end) {
        while (bytes.size() < size)
            bytes.append(name).append(1000, 'x').append(end);
        return bytes;
    }

    void at(Client& client, Clock::time_point when) {
        client.next = when;
        due_.emplace(when, client.number);
    }

    void connected(Client& client) {
        client.is_connected = true;
        ++connected_;
        client.since = Clock::now();
        epoll_event event{};
        event.events = EPOLLRDHUP | (mode_ == "readers" ? 0u : EPOLLIN + 0u);
        event.data.u64 = client.number;
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event);
        if (mode_ == "burst") {
            close(client);
            return open(client);
        }
        if (mode_ == "ask") {
            // Not all at the same time.
            const auto share =
                pause_ * static_cast<int>(client.number) / static_cast<int>(clients_.size());
            return at(client, Clock::now() + milliseconds(share));
        }
        if (mode_ == "rate") return free_.push_back(client.number);
        if (mode_ == "heads") send(client, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        if (mode_ == "bodies")
            send(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                             std::string(client.number % 2 == 0 ? "1000" : "100000") + "\r\n\r\n");
        if (mode_ == "large-heads")
            send(client, filled("GET / HTTP/1.1\r\nHost: a\r\n", large_head, "X-Large: ", "\r\n"));
        if (mode_ == "large-bodies")
            send(client, filled("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n",
                                large_body, "", ""));
        if (mode_ == "pipe") return ask(client, Clock::now());
        if (mode_ == "readers") send(client, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        if (mode_ == "idle") {
            send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.is_asking = true;
            client.pending = 1;
        }
        if (drips()) at(client, Clock::now() + drip);
    }

    void ask(Client& client, Clock::time_point since) {
        client.is_asking = true;
        client.since = since;
        const std::string request = "GET " + path_ + " HTTP/1.1\r\nHost: a\r\n\r\n";
        std::string all;
        for (; client.pending < depth_; ++client.pending)
            all += request;
        if (!send(client, all)) gone(client);
    }

    // The server has closed.
    void gone(Client& client) {
        ++closed_;
        oldest_ = std::max(oldest_, ms(Clock::now() - client.since));
        if (asks() && client.is_asking) {
            ++failures_;
            ++lost_;
        }
        close(client);
        if (asks()) open(client);
    }

    void on_event(Client& client, std::uint32_t events) {
        if (client.fd < 0) return;
        if (!client.is_connected) {
            if ((events & (EPOLLERR | EPOLLHUP)) == 0) return connected(client);
            ++failures_;
            close(client);
            if (asks() || mode_ == "burst") again_.push_back(client.number);
            return;
        }
        if (mode_ == "readers") return gone(client);
        std::array<char, 64 * 1024> block;
        const ssize_t n = ::recv(client.fd, block.data(), block.size(), MSG_DONTWAIT);
        if (n > 0) return received(client, {block.data(), static_cast<std::size_t>(n)});
        if (n < 0 && errno == EAGAIN) return;
        gone(client);
    }

    void received(Client& client, std::string_view bytes) {
        while (!bytes.empty()) {
            const bool is_in_body = client.left > 0;
            if (!is_in_body && !read_head(client, bytes)) return;
            const std::size_t n = std::min(client.left, bytes.size());
            client.left -= n;
            bytes.remove_prefix(n);
            if (client.left > 0) return;
            if (!answered(client)) return;
        }
    }

    // False if there is no more of it; what follows is left in `bytes`.
    bool read_head(Client& client, std::string_view& bytes) {
        client.in += bytes;
        const std::size_t end = client.in.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        client.status = std::atoi(client.in.c_str() + std::strlen("HTTP/1.1 "));
        if (client.status == 503 && client.in.find("Retry-After") > end) ++no_retry_after_;
        const std::size_t length = client.in.find("Content-Length: ");
        client.left = length < end ? std::strtoul(client.in.c_str() + length + 16, nullptr, 10) : 0;
        client.is_last = client.in.find("\r\nConnection: close\r\n") < end;
        bytes.remove_prefix(bytes.size() - (client.in.size() - end - 4));
        client.in.clear();
        return true;
    }

    // False if that was the last on its connection.
    bool answered(Client& client) {
        times_[client.status].push_back(ms(Clock::now() - client.since));
        if (client.pending > 0) --client.pending;
        client.is_asking = client.pending > 0;
        if (asks() && client.is_last) {
            close(client);
            open(client);
            return false;
        }
        if (mode_ == "pipe") ask(client, Clock::now());
        if (mode_ == "rate") free_.push_back(client.number);
        if (mode_ == "ask") at(client, Clock::now() + milliseconds(pause_));
        return client.fd >= 0 && client.is_connected;
    }

    void run_due() {
        const auto now = Clock::now();
        while (!due_.empty() && due_.top().first <= now) {
            const auto [when, number] = due_.top();
            due_.pop();
            Client& client = clients_[number];
            if (client.fd < 0 || !client.is_connected || client.next != when) continue;
            if (mode_ == "ask") {
                if (!client.is_asking) ask(client, Clock::now());
                continue;
            }
            send(client, "x");
            at(client, now + drip);
        }
    }

    bool asks() const { return mode_ == "ask" || mode_ == "rate" || mode_ == "pipe"; }

    bool drips() const { return mode_.ends_with("heads") || mode_.ends_with("bodies"); }

    // Of what has a rate.
    std::size_t happened_by(Clock::time_point when) const {
        return static_cast<std::size_t>(static_cast<double>(rate_) *
                                        std::max(0.0, ms(when - begin_)) / 1000);
    }

    // Sends the requests whose time has come, as far as there are connections that are free.
    void run_schedule() {
        scheduled_ = happened_by(Clock::now() - warm_up);
        for (; sent_ < scheduled_ && !free_.empty();) {
            Client& client = clients_[free_.back()];
            free_.pop_back();
            if (client.fd < 0 || !client.is_connected || client.is_asking) continue;
            ++sent_;
            ask(client, begin_ + warm_up + std::chrono::microseconds(1'000'000 * sent_ / rate_));
        }
    }

    int wait_ms() const {
        if (due_.empty()) return 100;
        return static_cast<int>(std::clamp(ms(due_.top().first - Clock::now()), 0.0, 100.0));
    }

    void give_up() {
        if (!asks()) return;
        for (Client& client : clients_) {
            if (client.fd < 0 || !client.is_asking || Clock::now() - client.since < patience)
                continue;
            ++failures_;
            close(client);
            open(client);
        }
    }

    using Due = std::pair<Clock::time_point, std::size_t>;

    const int port_;
    const std::string mode_;
    const std::string path_;
    const int pause_;
    const std::size_t rate_;
    const std::size_t depth_;
    const int epoll_;
    const Clock::time_point begin_, end_;
    std::vector<Client> clients_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::vector<std::size_t> again_;  // those that could not connect
    std::vector<std::size_t> free_;   // of mode rate: those that have no request
    std::size_t scheduled_ = 0, sent_ = 0;
    std::map<int, std::vector<double>> times_;
    std::size_t connected_ = 0, closed_ = 0, failures_ = 0, lost_ = 0, no_retry_after_ = 0;
    double oldest_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fputs(
            "usage: attacker PORT MODE COUNT SECONDS [RATE | PATH [PAUSE_MS | RATE | DEPTH]]\n",
            stderr);
        return 2;
    }
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const std::string mode = argv[2];
    const bool has_path = mode == "ask" || mode == "rate" || mode == "pipe";
    const auto number = [&](int index) { return argc > index ? std::atoi(argv[index]) : 0; };
    Clients clients(std::atoi(argv[1]), mode, std::strtoul(argv[3], nullptr, 10),
                    std::atoi(argv[4]), has_path && argc > 5 ? argv[5] : "/",
                    mode == "ask" ? number(6) : 0,
                    static_cast<std::size_t>(mode == "rate" ? number(6)
                                             : has_path     ? 0
                                                            : number(5)),
                    mode == "pipe" ? static_cast<std::size_t>(number(6)) : 1);
    clients.run();
    clients.print();
}
