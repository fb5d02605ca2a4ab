/* The least that a CGI program can be. */
#include <stdio.h>

int main(void) {
    return printf("Content-Type: text/plain\r\nContent-Length: 14\r\n\r\nHello, world!\n") < 0;
}
