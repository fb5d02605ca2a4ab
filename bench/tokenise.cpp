// RapidJSON as it comes: its assertions are on unless a program turns them off.
#undef NDEBUG
#define RAPIDJSON_SSE42
#include "tokenise.h"

#include <rapidjson/reader.h>

bool tokenise(char* text) {
    rapidjson::InsituStringStream stream(text);
    rapidjson::BaseReaderHandler<> ignore;
    rapidjson::Reader reader;
    return !reader.Parse<rapidjson::kParseInsituFlag>(stream, ignore).IsError();
}
