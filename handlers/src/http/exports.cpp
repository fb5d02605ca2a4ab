#include <algorithm>
#include <string>
#include <utility>

#include <turngate/http/error.h>
#include <turngate/http/exports.h>

namespace turngate {
namespace {

class ByMethod final : public Handler {
  public:
    explicit ByMethod(std::vector<Export> exports) : exports_(std::move(exports)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        if (const Handler* function = find(request.method))
            return function->serve(request, response);
        if (const Handler* all = find("fetch")) return all->serve(request, response);
        if (const Handler* get = find("GET"); get && request.method == "HEAD")
            return get->serve(request, response);
        response.header("Allow", allowed());
        if (request.method == "OPTIONS") {
            response.status(204);
            return;
        }
        response.status(405).write("Method Not Allowed\n");
    }

  private:
    const Handler* find(std::string_view name) const {
        for (const Export& one : exports_)
            if (one.name == name) return one.handler.get();
        return nullptr;
    }

    std::string allowed() const {
        std::string allow;
        for (const std::string_view name : export_names) {
            const bool is_there =
                find(name) != nullptr || (name == "HEAD" && find("GET")) || name == "OPTIONS";
            if (is_there) allow.append(allow.empty() ? "" : ", ").append(name);
        }
        return allow;
    }

    const std::vector<Export> exports_;
};

}  // namespace

HandlerPtr handler_of(std::vector<Export> exports) {
    for (const Export& one : exports)
        if (one.name == "handler") return one.handler;
    const auto is_known = [](const Export& one) {
        return std::find(export_names.begin(), export_names.end(), one.name) != export_names.end();
    };
    if (std::none_of(exports.begin(), exports.end(), is_known)) {
        std::string names;
        for (const std::string_view name : export_names)
            names.append(names.empty() ? "" : ", ").append(name);
        throw Error("there is no function that answers requests: looked for " + names +
                    " and, in a plug-in, listen");
    }
    return std::make_shared<const ByMethod>(std::move(exports));
}

}  // namespace turngate
