// The way to an OpenTelemetry collector.
#pragma once

#include "observe/otlp.h"

namespace turngate {

// POSTs to what the settings name, on a connection that is kept.
SpanExporter::Send collector(const TraceSettings& settings);

}  // namespace turngate
