// What a handler threw.
#include "replay/thrown.h"

#include "function_reply.h"
#include <turngate/handlers/reply_errors.h>
#include <turngate/http/error.h>

namespace turngate::replay {

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something that is no exception";
    }
}

bool is_failure(const std::exception_ptr& error) {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const HttpError& e) {
        return e.status() >= 500;
    } catch (...) {
        return true;
    }
}

bool is_unreachable(const std::exception_ptr& error) {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const UnreachableUpstream&) {
        return true;
    } catch (const OverdueConnection&) {
        return true;
    } catch (const UnstartedFunction&) {
        return true;
    } catch (...) {
        return false;
    }
}

bool is_cancelled(const std::exception_ptr& error) {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const Cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace turngate::replay
