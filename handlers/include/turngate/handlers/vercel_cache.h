// Vercel's runtime cache: what one function keeps for the others of its region.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <turngate/http/request.h>
#include <turngate/json/json.h>

namespace turngate::vercel {

// Where the cache of a request is, as the platform's headers say it. Attached to the context by the
// Vercel door: elsewhere it would be a client who says it.
struct CacheAddress {
    std::string host = {};       // x-vercel-sc-host
    std::string base_path = {};  // x-vercel-sc-basepath
    std::string protocol = {};   // x-vercel-sc-protocol; empty: https
    std::string headers = {};    // x-vercel-sc-headers: a JSON object; secret
};

struct CacheOptions {
    std::string prefix = {};      // of all keys: the "namespace" of getCache()
    std::string separator = "$";  // between it and a key
};

struct CacheEntryOptions {
    std::chrono::seconds ttl{0};           // 0: as long as the platform likes
    std::vector<std::string> tags = {};    // by which it can be expired; without commas
    std::optional<std::string> name = {};  // for people who look; absent: the key; empty: none
};

// The cache of one request, as getCache() of @vercel/functions has it: entries are the same for
// functions in every language. It is the one that the platform names with the request, else that of
// RUNTIME_CACHE_ENDPOINT, RUNTIME_CACHE_HEADERS and RUNTIME_CACHE_TIMEOUT (milliseconds; 500), else
// none.
//
// A cache is never the reason why a request fails: what goes wrong is logged as a warning of the
// request, and is a miss. Only Cancelled is thrown, and std::invalid_argument for a tag that cannot
// be one. Each call waits for its answer; it is not told as a fetch of the handler.
class RuntimeCache {
  public:
    // The request must outlive it.
    explicit RuntimeCache(const turngate::Request& request, CacheOptions options = {});

    // False if there is none: then all is missed, and nothing kept.
    bool is_available() const noexcept { return !endpoint_.empty(); }

    // Absent if there is none, or none that is fresh.
    std::optional<Json> get(std::string_view key) const;

    // These are true if it was done.
    bool set(std::string_view key, const Json& value, const CacheEntryOptions& options = {}) const;
    bool remove(std::string_view key) const;
    bool expire_tags(const std::vector<std::string>& tags) const;

  private:
    void find_by_request(const CacheAddress& address);
    void find_by_environment();
    bool read_headers(std::string_view json, const char* source);
    std::string key_of(std::string_view key) const;
    std::optional<Response> ask(std::string_view method, const std::string& target,
                                const Headers& headers, std::string body = {}) const;
    void complain(const std::string& what) const;

    const turngate::Request& request_;
    const CacheOptions options_;
    std::string endpoint_;  // with a '/' at its end
    Headers headers_;
    std::chrono::milliseconds timeout_{500};
};

}  // namespace turngate::vercel
