// The same shop as a plug-in, for turngate replay -t plugin:shop.so.
#include "shop.h"
#include <turngate/handlers/plugin.h>

static turngate::HandlerPtr create(std::string_view) {
    return shop();
}

TURNGATE_PLUGIN("shop", create)
