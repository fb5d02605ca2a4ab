// package: a function for AWS Lambda, as a ZIP archive.
#include <filesystem>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/invocation.h"
#include "cli/words.h"
#include "open_target.h"
#include "package/lambda_image.h"
#include "package/package.h"
#include "replay/quantity.h"

namespace turngate::cli {
namespace {

namespace fs = std::filesystem;
using package::Package;

constexpr Option options[] = {
    {.letter = 'o',
     .name = "output",
     .value = "FILE",
     .help = "where the archive goes, in place of what is there",
     .kind = Value::text,
     .fallback = "bootstrap.zip"},
    {.name = "arch",
     .value = "ARCH",
     .help = "refuse programs for another machine than the function's: x86_64 or arm64",
     .kind = Value::choice,
     .choices = words<"x86_64", "arm64">},
    {.name = "files",
     .value = "DIR",
     .help = "the application that a target belongs to; without it the files that it names",
     .kind = Value::text},
    {.name = "libc",
     .help = "take the C library of this machine along, for a program that needs a newer one than "
             "Lambda's"},
    {.name = "layer",
     .help = "pack turngate as a layer, for functions that name their target themselves"},
};

constexpr std::string_view examples[] = {
    "package ./handler",
    "package -o php.zip samples/php",
    "package cgi:./hello.sh",
    "package --files app http:spawn:'exec ./server'",
    "package --layer -o layer.zip",
};

Package packed(const Invocation& invocation, const std::string& what) {
    const Arguments& arguments = invocation.arguments;
    const package::PackageOptions basis{.turngate = own_path(),
                                        .libc = arguments.on("libc"),
                                        .folder = std::string(arguments.text("files")),
                                        .archive = std::string(arguments.text("output"))};
    constexpr std::string_view program = "lambda:";
    if (arguments.on("layer")) return package::pack_layer(basis);
    if (what == "self") return package::pack_program(own_path(), basis);
    if (what.starts_with(program)) return package::pack_program(what.substr(program.size()), basis);
    std::error_code ignored;
    if (fs::is_directory(what, ignored)) {
        package::PackageOptions all = basis;
        all.folder = what;
        return package::pack_php(all);
    }
    if (what.find(':') != what.npos && !fs::exists(what, ignored))
        return package::pack_target(what, basis);
    return package::pack_program(what, basis);
}

std::string operand(const Invocation& invocation) {
    const auto& operands = invocation.arguments.operands();
    if (invocation.arguments.on("layer")) {
        if (operands.empty()) return {};
        throw CommandError(exit_status::usage,
                           "a layer is for any function, so it has no " + operands[0],
                           "leave it out; the function names its target in TURNGATE_TARGET");
    }
    if (!operands.empty()) return operands[0];
    if (invocation.self) return "self";
    throw CommandError(exit_status::usage, "package needs a program, a folder or a target",
                       "for example package ./handler; \"help package\" tells more");
}

// "612 kB", "1.5 MB".
std::string size_text(std::uint64_t bytes) {
    constexpr double kilo = 1000;
    const auto value = static_cast<double>(bytes);
    if (value < kilo) return std::to_string(bytes) + " bytes";
    if (value < kilo * kilo) return replay::fixed(value / kilo, 0) + " kB";
    return replay::fixed(value / (kilo * kilo), 1) + " MB";
}

void check_architecture(const Invocation& invocation, const Package& package) {
    const std::string_view wanted = invocation.arguments.text("arch");
    if (wanted.empty() || wanted == package.machine) return;
    throw CommandError(
        exit_status::wrong_answer,
        "the package is for " + package.machine + ", and --arch says " + std::string(wanted),
        "build for it, or set the function's architecture to " + package.machine);
}

int write(Invocation& invocation, const Package& package) {
    check_architecture(invocation, package);
    const std::string output(invocation.arguments.text("output"));
    const package::PackedSize size =
        package::write_zip(package.files, output, package::unpacked_limit);
    if (invocation.verbosity > 0)
        for (const auto& [name, file] : package.files.all())
            invocation.out.write("  " + name + (file.source.empty() ? "" : "   " + file.source) +
                                 '\n');
    if (invocation.verbosity >= 0)
        invocation.out.write(output + "   " + package.machine + "   " +
                             replay::count_text(package.files.all().size(), "file") + "   " +
                             size_text(size.unpacked) + "   zipped " + size_text(size.packed) +
                             '\n');
    for (const package::PackagePart& part : package.parts)
        if (invocation.verbosity >= 0)
            invocation.out.write("  of which " + part.name + "   " +
                                 replay::count_text(part.files, "file") + "   " +
                                 size_text(part.bytes) + '\n');
    if (size.packed > package::upload_limit)
        invocation.err.write(
            "warning: " + output +
            " is larger than the 50 MB that Lambda takes directly: upload it to S3\n");
    return exit_status::good;
}

int run(Invocation& invocation) {
    const std::string what = operand(invocation);
    try {
        return write(invocation, packed(invocation, what));
    } catch (const package::PackageError& e) {
        throw CommandError(exit_status::wrong_answer, e.what(), e.hint());
    }
}

}  // namespace

const Command package_command = {
    .name = "package",
    .operands = "[PROGRAM|FOLDER|TARGET]",
    .summary = "pack a function for AWS Lambda: a ZIP archive for provided.al2023",
    .description =
        "PROGRAM is linked with turngate and becomes the archive's \"bootstrap\", with the shared "
        "libraries that Lambda has not; a program linked with turngate packs itself if none is "
        "named. FOLDER has PHP scripts, in public/ or itself: php-fpm comes along. TARGET is what "
        "\"run\" takes, such as cgi:./prog and http:spawn:'exec ./server'; its files and turngate "
        "come along.\n\n"
        "Programs must be for the function's machine and find what they need in glibc 2.34 and "
        "GCC 11's libraries; the archive may have 250 MB unpacked. The same files give the same "
        "bytes. Symbolic links are followed.",
    .options = options,
    .examples = examples,
    .most_operands = 1,
    .run = run,
};

}  // namespace turngate::cli
