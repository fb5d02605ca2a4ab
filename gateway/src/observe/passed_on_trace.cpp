#include "observe/passed_on_trace.h"

#include <utility>

namespace turngate {

PassedOnTrace::PassedOnTrace(const Request& outer)
    : parent_(outer.headers.get("traceparent")), state_(outer.headers.joined("tracestate", ",")) {
    if (const auto* trace = outer.context.find<TraceContext>()) trace_ = *trace;
    if (const auto* span = outer.context.find<ActiveSpan>()) span_ = *span;
}

void PassedOnTrace::apply(Request& inner) const {
    if (auto own = trace_of(inner.headers)) return inner.context.put(std::move(*own));
    if (!trace_) return;
    inner.context.put(*trace_);
    if (span_) inner.context.put(*span_);
    if (!trace_->trace_id.empty()) inner.headers.set("traceparent", parent_);
    if (!trace_->trace_id.empty() && !state_.empty()) inner.headers.set("tracestate", state_);
}

}  // namespace turngate
