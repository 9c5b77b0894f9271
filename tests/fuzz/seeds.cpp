// Writes the messages of the parser's tests into a directory, as the fuzzer's first inputs.

#include "tests/worker/http/messages.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace {

void write(const std::filesystem::path& directory, std::string_view prefix, int number,
           std::string_view bytes) {
    const auto name = std::string(prefix) + std::to_string(number);
    std::ofstream(directory / name, std::ios::binary) << "ab" << bytes;  // "ab": where to cut
}

}  // namespace

int main(int, char** arguments) {
    using namespace curfew::worker;
    const std::filesystem::path directory(arguments[1]);
    std::filesystem::create_directories(directory);
    int number = 0;
    std::string all;
    for (const auto& message : good_messages()) {
        write(directory, "good-", ++number, message.bytes);
        all.append(message.bytes);
    }
    write(directory, "pipelined-", 0, all);
    for (const auto& message : bad_heads()) write(directory, "head-", ++number, message.bytes);
    for (const auto& message : bad_bodies()) write(directory, "body-", ++number, message.bytes);
}
