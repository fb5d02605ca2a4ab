// The same loop with libcurl, in the shape of aws-lambda-cpp's: one easy handle that is reset
// before each request, a new list of fields, callbacks that keep the head and the body, and one
// that hands over the result. Without its log.
#include <algorithm>
#include <cstdlib>
#include <curl/curl.h>
#include <map>
#include <string>
#include <string_view>

namespace {

struct Reply {
    std::string body;
    std::map<std::string, std::string, std::less<>> fields;
};

struct Rest {
    std::string_view bytes;  // of the result, that have not been sent
};

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* reply) {
    static_cast<Reply*>(reply)->body.append(bytes, size);
    return size;
}

std::string trimmed(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(" \r\n"), text.size());
    return std::string(text.substr(begin, text.find_last_not_of(" \r\n") + 1 - begin));
}

std::size_t on_field(char* bytes, std::size_t, std::size_t size, void* reply) {
    const std::string_view line(bytes, size);
    if (const auto colon = line.find(':'); colon != line.npos) {
        std::string name = trimmed(line.substr(0, colon));
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
        static_cast<Reply*>(reply)->fields.emplace(std::move(name),
                                                   trimmed(line.substr(colon + 1)));
    }
    return size;
}

std::size_t on_send(char* room, std::size_t size, std::size_t count, void* rest) {
    std::string_view& bytes = static_cast<Rest*>(rest)->bytes;
    const std::size_t sent = bytes.copy(room, size * count);
    bytes.remove_prefix(sent);
    return sent;
}

void set_common(CURL* curl, Reply& reply) {
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 1000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_field);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

}  // namespace

int main() {
    const std::string base = "http://" + std::string(std::getenv("AWS_LAMBDA_RUNTIME_API")) +
                             "/2018-06-01/runtime/invocation/";
    const std::string result =
        R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain; )"
        R"(charset=utf-8"]},"body":"hello\n","isBase64Encoded":false})";
    const char* const agent = "User-Agent: aws-lambda-cpp/20-curl";
    CURL* curl = curl_easy_init();
    for (;;) {
        Reply event, taken;
        set_common(curl, event);
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(curl, CURLOPT_URL, (base + "next").c_str());
        curl_slist* fields = curl_slist_append(nullptr, agent);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
        const CURLcode got = curl_easy_perform(curl);
        curl_slist_free_all(fields);
        if (got != CURLE_OK) return 0;
        set_common(curl, taken);
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_send);
        Rest rest{result};
        curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
        fields = nullptr;
        const std::string length = "content-length: " + std::to_string(result.size());
        for (const char* field : {"content-type: application/json",
                                  "Expect:", "transfer-encoding:", length.c_str(), agent})
            fields = curl_slist_append(fields, field);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
        curl_easy_setopt(
            curl, CURLOPT_URL,
            (base + event.fields["lambda-runtime-aws-request-id"] + "/response").c_str());
        const CURLcode sent = curl_easy_perform(curl);
        curl_slist_free_all(fields);
        if (sent != CURLE_OK) return 0;
    }
}
