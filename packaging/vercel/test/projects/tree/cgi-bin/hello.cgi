#!/bin/sh
printf 'Content-Type: text/plain\n\n%s by CGI\n' "$REQUEST_METHOD"
