// refused: deleted
// There is one response, so there is one writer.
#include <turngate/http/response_writer.h>

bool committed(turngate::ResponseWriter& response) {
#ifdef MISUSE
    turngate::ResponseWriter mine = response;
#else
    turngate::ResponseWriter& mine = response;
#endif
    return mine.committed();
}
