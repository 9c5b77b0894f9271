#pragma once

#include "../base/unique_fd.h"

#include <cereal/cereal.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace curfew {

/// Values on their way to another process of this server: bytes, and the open files among them.
struct Payload {
    static constexpr std::size_t most_fds = 16;

    std::string bytes;
    std::vector<UniqueFd> fds;
};

/// cereal's archive that fills a payload. Numbers are as in memory, because both processes are
/// forks of the same program.
class Packer final : public cereal::OutputArchive<Packer, cereal::AllowEmptyClassElision> {
  public:
    Packer() : OutputArchive(this) {}

    void bytes(const void* data, std::size_t size) {
        payload_.bytes.append(static_cast<const char*>(data), size);
    }

    /// A copy of the descriptor goes along. Throws std::system_error; std::logic_error if there
    /// are too many.
    void descriptor(int fd);

    [[nodiscard]] Payload take() noexcept { return std::move(payload_); }

  private:
    Payload payload_;
};

/// cereal's archive that reads a payload. Throws std::invalid_argument if the payload ends too
/// soon.
class Unpacker final : public cereal::InputArchive<Unpacker, cereal::AllowEmptyClassElision> {
  public:
    explicit Unpacker(Payload payload)
        : InputArchive(this), payload_(std::move(payload)), left_(payload_.bytes) {}

    void bytes(void* data, std::size_t size);
    [[nodiscard]] UniqueFd descriptor();

  private:
    Payload payload_;
    std::string_view left_;
    std::size_t next_fd_ = 0;
};

template <typename T>
requires std::is_arithmetic_v<T>
void save(Packer& packer, const T& value) { packer.bytes(&value, sizeof value); }

template <typename T>
requires std::is_arithmetic_v<T>
void load(Unpacker& unpacker, T& value) { unpacker.bytes(&value, sizeof value); }

inline void save(Packer&, const std::nullptr_t&) noexcept {}
inline void load(Unpacker&, std::nullptr_t&) noexcept {}

template <typename T>
void save(Packer& packer, const cereal::BinaryData<T>& data) {
    packer.bytes(data.data, static_cast<std::size_t>(data.size));
}

template <typename T>
void load(Unpacker& unpacker, cereal::BinaryData<T>& data) {
    unpacker.bytes(data.data, static_cast<std::size_t>(data.size));
}

template <typename Archive, typename T>
requires std::same_as<Archive, Packer> || std::same_as<Archive, Unpacker>
void serialize(Archive& archive, cereal::NameValuePair<T>& pair) { archive(pair.value); }

template <typename Archive, typename T>
requires std::same_as<Archive, Packer> || std::same_as<Archive, Unpacker>
void serialize(Archive& archive, cereal::SizeTag<T>& tag) { archive(tag.size); }

template <typename... Values>
[[nodiscard]] Payload pack(const Values&... values) {
    Packer packer;
    packer(values...);
    return packer.take();
}

template <typename Value>
[[nodiscard]] Value unpack(Payload payload) {
    Unpacker unpacker(std::move(payload));
    Value value{};
    unpacker(value);
    return value;
}

}  // namespace curfew

CEREAL_SETUP_ARCHIVE_TRAITS(curfew::Unpacker, curfew::Packer)
