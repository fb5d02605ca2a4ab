/* A FastCGI application in the oldest style: the loop of a CGI program around <stdio.h>, which
 * <fcgi_stdio.h> replaces. Run by hand, without a listening descriptor 0, it is a CGI program. */
#include <fcgi_stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

/* Into HTML. */
static void print_escaped(const char *text) {
    for (; *text; ++text) {
        switch (*text) {
            case '<':
                fputs("&lt;", stdout);
                break;
            case '>':
                fputs("&gt;", stdout);
                break;
            case '&':
                fputs("&amp;", stdout);
                break;
            default:
                putchar(*text);
        }
    }
}

int main(void) {
    int count = 0;
    while (FCGI_Accept() >= 0) {
        long left = strtol(variable("CONTENT_LENGTH"), NULL, 10);
        printf("Content-Type: text/html; charset=utf-8\r\n\r\n");
        printf("<h1>Guest book</h1>\n<p>request %d of this process: %s ", ++count,
               variable("REQUEST_METHOD"));
        print_escaped(variable("REQUEST_URI"));
        printf("</p>\n");
        if (left > 0) {
            printf("<pre>");
            for (int c; left > 0 && (c = getchar()) != EOF; --left) {
                const char text[2] = {(char)c, 0};
                print_escaped(text);
            }
            printf("</pre>\n");
        }
    }
    return 0;
}
