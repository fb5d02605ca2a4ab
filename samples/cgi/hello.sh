#!/bin/sh
# A CGI program is a program that prints a head, an empty line and a body.
printf 'Content-Type: text/plain; charset=utf-8\r\n\r\n'
printf 'Hello from %s, which is asked for %s\n' "$SCRIPT_NAME" "${PATH_INFO:-nothing else}"
if [ "${CONTENT_LENGTH:-0}" -gt 0 ]; then
  printf 'and is told: '
  head -c "$CONTENT_LENGTH"
  printf '\n'
fi
