#pragma once

#include "worker/http/parser.h"

#include <string>
#include <string_view>
#include <vector>

namespace curfew::worker {

using Pieces = std::vector<std::string_view>;

/// "GET / 1.1 keep [Host=a] body": what the parser has read.
[[nodiscard]] std::string describe(Parser& parser);

/// What a parser makes of input that arrives in these pieces: the description of each request, then
/// "refused 400", or "unfinished" if it ends within one. A refusal is the last that is heard.
[[nodiscard]] std::vector<std::string> read_all(const Options& options, const Pieces& pieces);

[[nodiscard]] Pieces byte_by_byte(std::string_view input);

/// The input as a whole, byte by byte, and cut in two everywhere.
[[nodiscard]] std::vector<Pieces> every_cut(std::string_view input);

}  // namespace curfew::worker
