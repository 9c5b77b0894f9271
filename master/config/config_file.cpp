#include "master/config/config_file.h"

#include "handlers/base/unique_fd.h"
#include "master/config/config_error.h"

#include <fcntl.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <system_error>

namespace curfew::master {

namespace {

/// Throws std::system_error.
std::string contents(const std::string& path) {
    const UniqueFd file = checked_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open");
    std::string text;
    std::array<char, 4096> buffer;
    while (const auto count = checked(
               static_cast<int>(::read(file.get(), buffer.data(), buffer.size())), "read")) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

std::string place(const std::string& path, const toml::source_position& position) {
    return path + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

Type type_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::string:
            return Type::string;
        case toml::node_type::integer:
            return Type::integer;
        case toml::node_type::floating_point:
            return Type::floating;
        case toml::node_type::boolean:
            return Type::boolean;
        case toml::node_type::array:
            return Type::array;
        case toml::node_type::table:
            return Type::table;
        default:
            return Type::date;
    }
}

std::string text_of(double number) {
    char buffer[32];
    const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), number);
    return {buffer, end};
}

Written written(const toml::node& node, const std::string& path) {
    Written result{{}, type_of(node), place(path, node.source().begin)};
    if (const auto* string = node.as_string()) result.text = string->get();
    if (const auto* integer = node.as_integer()) result.text = std::to_string(integer->get());
    if (const auto* number = node.as_floating_point()) result.text = text_of(number->get());
    return result;
}

std::vector<FileEntry> entries_of(const toml::table& table, const std::string& path);

FileEntry entry_of(const toml::key& key, const toml::node& node, const std::string& path) {
    FileEntry entry;
    entry.key = std::string(key.str());
    entry.where = place(path, key.source().begin);
    entry.setting.where = place(path, node.source().begin);
    if (const auto* array = node.as_array()) {
        entry.setting.is_array = true;
        for (const toml::node& element : *array) {
            entry.setting.values.push_back(written(element, path));
        }
    } else {
        entry.setting.values.push_back(written(node, path));
    }
    if (const auto* table = node.as_table()) entry.entries = entries_of(*table, path);
    return entry;
}

/// toml++ keeps a table by its keys; messages should come in the order of the file.
std::vector<FileEntry> entries_of(const toml::table& table, const std::string& path) {
    std::vector<std::pair<toml::source_position, FileEntry>> found;
    for (auto&& [key, node] : table) {
        found.emplace_back(key.source().begin, entry_of(key, node, path));
    }
    std::ranges::sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<FileEntry> entries;
    for (auto& [position, entry] : found) entries.push_back(std::move(entry));
    return entries;
}

std::vector<FileRoute> routes_of(const toml::node& node, const std::string& path) {
    if (!node.is_array_of_tables()) {
        throw ConfigError(place(path, node.source().begin) +
                          ": route: must be an array of tables: write [[route]]");
    }
    std::vector<FileRoute> routes;
    for (const toml::node& element : *node.as_array()) {
        routes.push_back(
            {place(path, element.source().begin), entries_of(*element.as_table(), path)});
    }
    return routes;
}

}  // namespace

FileContent parse_config_text(const std::string& text, const std::string& path) {
    try {
        toml::table root = toml::parse(text, path);
        FileContent content;
        if (const toml::node* route = root.get("route")) {
            content.routes = routes_of(*route, path);
            root.erase("route");
        }
        content.entries = entries_of(root, path);
        return content;
    } catch (const toml::parse_error& error) {
        std::string description(error.description());
        std::ranges::replace(description, '\n', ' ');
        throw ConfigError(place(path, error.source().begin) + ": " + description);
    }
}

FileContent read_config_file(const std::string& path) {
    std::string text;
    try {
        text = contents(path);
    } catch (const std::system_error& error) {
        throw ConfigError(path + ": cannot be read: " + error.code().message());
    }
    return parse_config_text(text, path);
}

}  // namespace curfew::master
