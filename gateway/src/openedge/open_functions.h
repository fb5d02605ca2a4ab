// The handlers behind the functions of a configuration.
#pragma once

#include "openedge/settings.h"
#include "run_as.h"

namespace turngate::openedge {

// What makes handlers. Each may be empty.
struct Openers {
    OpenHandler open;                  // those that are linked into this program
    OpenTarget open_target = nullptr;  // those of targets
    BackendChanged changed = {};       // what both tell
};

// A handler for the calls of all functions in `settings`. `function.handler` is
//
//   a target               "plugin:sayhi.so", "fcgi:spawn?root=.:exec php-cgi": its files are in
//                          codedir, and its commands run there
//   the name of a handler  of those that `open` makes: "sayhi", "app.sayhi" or "sayhi.handler"
//   where `open` is empty  "sayhi.handler" is the plug-in sayhi.so in codedir
//
// Goes into the directory of the first function that is a target. Throws Error and what `open`
// throws.
HandlerPtr open_functions(const Settings& settings, const Openers& openers,
                          const ReadVariable& get);

}  // namespace turngate::openedge
