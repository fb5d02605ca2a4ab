// Requests and replies as the JSON that serverless platforms speak: everything of this package.
#pragma once

#include <turngate/events/answer.h>
#include <turngate/events/decode.h>
#include <turngate/events/format.h>
#include <turngate/events/make_event.h>
#include <turngate/events/reply.h>
