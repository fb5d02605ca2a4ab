// A library that needs another one.
const char* inner();

const char* outer() {
    return inner();
}
