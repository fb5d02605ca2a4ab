// The same loop with libcurl: one easy handle, whose callbacks keep the head and the body, as
// aws-lambda-cpp does it.
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

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* reply) {
    static_cast<Reply*>(reply)->body.append(bytes, size);
    return size;
}

std::size_t on_field(char* bytes, std::size_t, std::size_t size, void* reply) {
    const std::string_view line(bytes, size);
    if (const auto colon = line.find(": "); colon != line.npos)
        static_cast<Reply*>(reply)->fields.emplace(
            line.substr(0, colon), line.substr(colon + 2, line.find('\r') - colon - 2));
    return size;
}

void set_common(CURL* curl, Reply& reply) {
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_field);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

}  // namespace

int main() {
    const std::string base = "http://" + std::string(std::getenv("AWS_LAMBDA_RUNTIME_API")) +
                             "/2018-06-01/runtime/invocation/";
    const std::string result =
        R"({"statusCode":200,"headers":{},"multiValueHeaders":{"Content-Type":["text/plain; )"
        R"(charset=utf-8"]},"body":"hello\n","isBase64Encoded":false})";
    CURL* curl = curl_easy_init();
    for (;;) {
        Reply event, taken;
        set_common(curl, event);
        curl_easy_setopt(curl, CURLOPT_URL, (base + "next").c_str());
        if (curl_easy_perform(curl) != CURLE_OK) return 0;
        set_common(curl, taken);
        curl_slist* fields = nullptr;
        for (const char* field :
             {"Content-Type: application/json", "Expect:", "Transfer-Encoding:"})
            fields = curl_slist_append(fields, field);
        curl_easy_setopt(
            curl, CURLOPT_URL,
            (base + event.fields["Lambda-Runtime-Aws-Request-Id"] + "/response").c_str());
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, result.c_str());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(result.size()));
        const CURLcode sent = curl_easy_perform(curl);
        curl_slist_free_all(fields);
        if (sent != CURLE_OK) return 0;
    }
}
