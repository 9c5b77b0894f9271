#include "saved_request.h"

#include <cstring>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

/// The texts of every request, in the order in which they are saved.
template <typename Parts, typename Visit>
void each_text(Parts& parts, Visit visit) {
    visit(parts.method);
    visit(parts.target);
    visit(parts.path);
    visit(parts.query);
    visit(parts.body);
    visit(parts.peer);
    visit(parts.id);
}

class Saver {
  public:
    void number(std::uint64_t value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value) {
        number(value.size());
        bytes_.append(value);
    }
    void deadline(Deadline value) {
        number(static_cast<std::uint64_t>(value.time().time_since_epoch().count()));
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

class Loader {
  public:
    explicit Loader(std::string_view bytes) noexcept : left_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string_view text() { return take(number()); }
    Deadline deadline() { return Deadline::at(Deadline::Clock::time_point(Duration(number()))); }

  private:
    std::string_view take(std::uint64_t size) {
        if (size > left_.size()) throw std::invalid_argument("a saved request is cut short");
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }

    std::string_view left_;
};

}  // namespace

std::string save(const RequestParts& parts) {
    Saver saver;
    each_text(parts, [&](std::string_view text) { saver.text(text); });
    saver.deadline(parts.limit);
    saver.deadline(parts.deadline);
    saver.number(parts.fields.size());
    for (const auto& field : parts.fields) {
        saver.text(field.name);
        saver.text(field.value);
    }
    saver.number(parts.params.size());
    for (const auto& [name, value] : parts.params) {
        saver.text(name);
        saver.text(value);
    }
    return saver.take();
}

SavedRequest::SavedRequest(std::string bytes, Extension* extension) : bytes_(std::move(bytes)) {
    Loader loader(bytes_);
    each_text(parts_, [&](std::string_view& text) { text = loader.text(); });
    parts_.limit = loader.deadline();
    parts_.deadline = loader.deadline();
    parts_.extension = extension;
    for (auto left = loader.number(); left > 0; --left) {
        const auto name = loader.text();
        parts_.fields.push_back({name, loader.text()});
    }
    for (auto left = loader.number(); left > 0; --left) {
        const auto name = loader.text();
        parts_.params.emplace_back(name, loader.text());
    }
}

}  // namespace curfew
