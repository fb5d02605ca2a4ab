// RapidJSON without its assertions, under another name beside the one that has them.
#define RAPIDJSON_SSE42
#define RAPIDJSON_ASSERT(condition) static_cast<void>(0)
#define RAPIDJSON_NAMESPACE rapidjson_unchecked
#define RAPIDJSON_NAMESPACE_BEGIN namespace rapidjson_unchecked {
#define RAPIDJSON_NAMESPACE_END }
#include <rapidjson/reader.h>

#include "tokenise.h"

bool tokenise_unchecked(char* text) {
    rapidjson_unchecked::InsituStringStream stream(text);
    rapidjson_unchecked::BaseReaderHandler<> ignore;
    rapidjson_unchecked::Reader reader;
    return !reader.Parse<rapidjson_unchecked::kParseInsituFlag>(stream, ignore).IsError();
}
