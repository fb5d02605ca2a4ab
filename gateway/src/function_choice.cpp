// Several functions in one program.
#include "function_choice.h"

#include <stdexcept>
#include <utility>

#include <turngate/http/encoding.h>
#include <turngate/http/error.h>

namespace turngate {
namespace {

class ByPath final : public Handler {
  public:
    explicit ByPath(Functions functions) : functions_(std::move(functions)) {}

    void serve(Request& request, ResponseWriter& response) const override {
        const std::string_view path = request.url.path;
        const std::string_view segment = path.substr(0, path.find('/', 1));
        const HandlerPtr function =
            segment.empty() ? nullptr : exact(percent_decode(segment.substr(1)));
        if (!function) throw HttpError(404, "there is no function of this name");
        request.url.strip_prefix(std::string(segment));
        function->serve(request, response);
    }

    const Functions& functions() const noexcept { return functions_; }

  private:
    // Not Functions::find(), whose names may have dots before them.
    HandlerPtr exact(std::string_view name) const {
        for (const Functions::Entry& entry : functions_)
            if (entry.name == name) return entry.handler;
        return nullptr;
    }

    const Functions functions_;
};

}  // namespace

HandlerPtr by_path(Functions functions) {
    if (functions.empty()) throw std::invalid_argument("a program needs a function at least");
    if (functions.size() == 1) return functions.begin()->handler;
    return std::make_shared<const ByPath>(std::move(functions));
}

HandlerPtr find_by_name(const HandlerPtr& handler, const std::string& name) {
    const auto* several = dynamic_cast<const ByPath*>(handler.get());
    return several ? several->functions().find(name) : handler;
}

HandlerPtr by_name(HandlerPtr handler, const std::string& name) {
    if (HandlerPtr function = find_by_name(handler, name)) return function;
    const auto* several = dynamic_cast<const ByPath*>(handler.get());
    std::string known;
    for (const Functions::Entry& entry : several->functions())
        known.append(known.empty() ? "" : ", ").append(entry.name);
    throw Error("there is no function called \"" + name + "\": expected one of " + known);
}

}  // namespace turngate
