// What the environment says about logs, metrics and ids.
#pragma once

#include <optional>

#include "observe/log_line.h"
#include "observe/request_ids.h"
#include "platform.h"
#include <turngate/http/context.h>

namespace turngate {

enum class AccessLines { off, on, query };

struct ObserveSettings {
    std::optional<Level> level;            // LOG_LEVEL
    std::optional<bool> json;              // TURNGATE_LOG_FORMAT; else by whether it is a terminal
    bool powertools = false;               // TURNGATE_LOG_SCHEMA
    bool lambda = false;                   // TURNGATE_LOG_SCHEMA
    std::string service = {};              // POWERTOOLS_SERVICE_NAME, OTEL_SERVICE_NAME
    AccessLines access = AccessLines::on;  // TURNGATE_ACCESS_LOG
    TrustIds trust = TrustIds::local;      // TURNGATE_TRUST_REQUEST_ID
    std::optional<int> metrics_port;       // TURNGATE_METRICS_PORT
};

// Throws Error that names the variable, its value and what was expected.
ObserveSettings observe_settings(const ReadVariable& get);

// The form of a log: `otherwise`, but for what `settings` say.
LogForm log_form(const ObserveSettings& settings, LogForm otherwise);

}  // namespace turngate
