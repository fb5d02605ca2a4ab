// A program that needs a library of its project.
#include <cstdio>

const char* outer();

int main() {
    return std::puts(outer()) < 0;
}
