// An application of a few routes: what the samples replay, embed and test.
#pragma once

#include <turngate/http/handler.h>

// Greets, keeps no state, takes orders, serves a picture, and says what it was asked.
turngate::HandlerPtr shop();
