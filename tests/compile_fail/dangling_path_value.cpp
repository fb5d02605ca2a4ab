// refused: deleted
// A view into a temporary request.
#include <turngate/http/request.h>

std::size_t size() {
    const turngate::Request request = turngate::Request::get("/users/7");
#ifdef MISUSE
    const std::string_view id = turngate::Request::get("/users/7").path_value("id");
#else
    const std::string_view id = request.path_value("id");
#endif
    return id.size();
}
