// refused: deleted
// A reference into a temporary recorder.
#include <turngate/http/recorder.h>

int status() {
    turngate::Recorder recorder;
#ifdef MISUSE
    const turngate::Response& response = turngate::Recorder().response();
#else
    const turngate::Response& response = recorder.response();
#endif
    return response.status;
}
