/* A FastCGI application of libfcgi with threads: each takes connections from the same descriptor,
 * which may be done without a lock on Linux. fcgi_threads [THREADS] */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* A body that is not read is taken for records if the web server keeps the connection. */
static long read_body(FCGX_Request *request) {
    char block[8192];
    long size = 0;
    for (int n; (n = FCGX_GetStr(block, sizeof block, request->in)) > 0;)
        size += n;
    return size;
}

static void *serve(void *unused) {
    FCGX_Request request;
    FCGX_InitRequest(&request, 0, 0);
    while (FCGX_Accept_r(&request) >= 0) {
        const long size = read_body(&request);
        if (size == 0)
            FCGX_PutS("Content-Type: text/plain\r\n\r\nHello, world!\n", request.out);
        else
            FCGX_FPrintF(request.out, "Content-Type: text/plain\r\n\r\n%ld bytes\n", size);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(int argc, char **argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 64;
    if (count < 1 || FCGX_Init() != 0) {
        fprintf(stderr, "usage: %s [THREADS], with a listening descriptor 0\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < count; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, NULL) != 0) return 1;
    }
    serve(NULL);
    return 0;
}
