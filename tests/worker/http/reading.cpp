#include "tests/worker/http/reading.h"

namespace curfew::worker {

namespace {

void append(Buffer& buffer, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = buffer.room();
        const auto count = bytes.copy(room.data(), room.size());
        buffer.commit(count);
        bytes.remove_prefix(count);
    }
}

}  // namespace

std::string describe(Parser& parser) {
    const auto& parts = parser.parts();
    std::string text(parts.method);
    text.append(" ").append(parts.target);
    text.append(parser.http_1_1() ? " 1.1" : " 1.0");
    text.append(parser.facts().keep_alive ? " keep" : " close");
    for (const auto& [name, value] : parts.fields) {
        text.append(" [").append(name).append("=").append(value).append("]");
    }
    if (!parts.body.empty()) text.append(" ").append(parts.body);
    return text;
}

std::vector<std::string> read_all(const Options& options, const Pieces& pieces) {
    Arena blocks;
    Buffer input(blocks);
    Parser parser(options, blocks);
    std::vector<std::string> results;

    for (const auto piece : pieces) {
        append(input, piece);
        while (!input.empty()) {
            const auto progress = parser.advance(input);
            if (progress == Parser::Progress::more) break;
            if (progress == Parser::Progress::refused) {
                results.push_back("refused " + std::to_string(parser.refusal().status));
                return results;
            }
            results.push_back(describe(parser));
            parser.finish(input);
        }
    }
    if (parser.begun(input)) results.push_back("unfinished");
    return results;
}

Pieces byte_by_byte(std::string_view input) {
    Pieces pieces;
    for (std::size_t i = 0; i < input.size(); ++i) pieces.push_back(input.substr(i, 1));
    return pieces;
}

std::vector<Pieces> every_cut(std::string_view input) {
    std::vector<Pieces> cuts = {{input}, byte_by_byte(input)};
    for (std::size_t at = 1; at < input.size(); ++at) {
        cuts.push_back({input.substr(0, at), input.substr(at)});
    }
    return cuts;
}

}  // namespace curfew::worker
