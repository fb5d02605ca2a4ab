// What a library needs, and no program.
const char* inner() {
    return "from within";
}
