// What those ask who run this process: is it alive, is it ready, how does it fare.
#pragma once

#include "observe/metrics.h"
#include "observe/readiness.h"
#include <turngate/http/handler.h>

namespace turngate {

// For HttpOptions::operations: answers /_turngate/health, /_turngate/ready and /_turngate/metrics,
// and 404 for the rest. Never blocks. What it is given must outlive it.
HandlerPtr operations(const Metrics& metrics, const BackendReadiness& readiness);

}  // namespace turngate
