// A handler by the name that the command line and configuration files give it.
#pragma once

#include <functional>
#include <string_view>

#include <turngate/http/error.h>
#include <turngate/http/handler.h>

namespace turngate {

// An option of the URI or a variable of the environment, which is none or has a wrong value: the
// message says which, and what is expected.
class BadSetting : public Error {
  public:
    using Error::Error;
};

// Where goes what a program prints that is started for all requests.
enum class ProgramOutput {
    // Not to our standard output, which may be an answer, or somebody's result: of http:spawn: and
    // plugin: to our standard error, of fcgi:spawn: to `log`.
    diverted,
    // To our standard output and error, which are captured: there its lines are told for what they
    // are.
    inherited,
};

// Opens
//   cgi:PATH[?timeout=30s&max=64&arg=A&arg=B&inherit=NAME]     a program (cgi_program)
//   cgi-dir:DIR[?index=index.cgi&timeout=30s&max=64&...]       a directory of them (cgi_directory)
//   fcgi:unix:PATH[?timeout=30s&keep=4&...]                    FastCGI (fcgi_client)
//   fcgi:HOST:PORT,HOST:PORT[?...]                             the same, of several backends
//   fcgi:...?root=DIR[&index=index.php&try=/index.php&...]     and PHP's files (script_files)
//   fcgi:spawn:COMMAND                                         one of ours (spawned_fcgi)
//   fcgi:spawn?root=DIR&...:COMMAND                            the same with options
//   files:DIR[?index=index.html&cache-control=no-cache]        files (static_files)
//   plugin:PATH[?config=TEXT]                                  a shared library (load_plugin)
//   http://HOST:PORT/BASE[?timeout=30s&max=64&...]             a server (upstream)
//   https://HOST/BASE[?...]                                   the same by TLS
//   http+unix:PATH:/BASE[?...]                                 the same behind a Unix socket
//   http:spawn:COMMAND                                         one of ours (spawned_upstream)
//
// Options are written as a URL's query: "%26" is '&', "%3F" is a '?' of the path. "//" after
// cgi:, cgi-dir: and plugin: is no host: everything behind the colon is the path. Those of programs
// are timeout, max (at once), queue (that wait) and inherit, and arg of a single one. Those of a
// server are
// max (connections), queue, idle (connections kept), connect-timeout, first-byte-timeout,
// idle-timeout, keep-alive and timeout (0: none), forwarded=replace|append|keep|none and
// host=client|url, each as in UpstreamOptions.
//
// Those of FastCGI are, as in FcgiOptions: connect-timeout, send-timeout, read-timeout, timeout and
// restart-patience (0: none), max, queue, queue-timeout, keep, keep-alive, keep-requests, max-body,
// buffer, buffer-size, buffer-total, request-buffer, spool-dir, script-name, script-filename,
// document-root, param=NAME=VALUE, ping=PATH, ping-interval, ignore-client-abort and
// tolerate-missing-end; "%2C" is a ',' of the path. With fcgi:spawn there are those that are not
// about connections; "%3A" is a ':' of theirs.
//
// A plug-in that is a server is started as http:spawn: does it, by this program's command "listen":
// the program is turngate, or passes its arguments to turngate::run().
//
// COMMAND is for /bin/sh and is taken as it is: what else is to be said of it are variables of the
// environment (see spawn_variables() and fcgi_spawn_variables()). `log` hears what happens to its
// program apart from any request; it is called from another thread for as long as the handler
// lives; and so is `changed`, with the reason when the program cannot be asked any more and an
// empty text when it can.
//
// Throws Error, one sentence: for an unknown scheme (with the nearest known one) and whatever the
// opened handler refuses; BadSetting for an unknown option and a value that is none.
HandlerPtr open_handler(std::string_view uri, std::function<void(Level, std::string_view)> log = {},
                        std::function<void(const std::string& obstacle)> changed = {},
                        ProgramOutput output = ProgramOutput::diverted);

}  // namespace turngate
