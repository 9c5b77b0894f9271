#include "../../http/response.h"
#include "../serializable.h"

#include <stdexcept>
#include <string>

namespace curfew {

namespace {

/// The kind of a body, as the payload's first number.
enum class Kind { text, file };

struct Saver {
    Packer& packer;

    void operator()(const std::string& text) const { packer(Kind::text, text); }
    void operator()(const FileBody& file) const {
        packer(Kind::file, file.offset, file.length);
        packer.descriptor(file.fd.get());
    }
    void operator()(const Chunks&) const {
        throw std::logic_error(
            "a stream cannot come from another process: the function that makes "
            "its pieces would have to run there");
    }
};

Body load_body(Unpacker& unpacker) {
    Kind kind{};
    unpacker(kind);
    if (kind == Kind::text) {
        std::string text;
        unpacker(text);
        return text;
    }
    FileBody file;
    unpacker(file.offset, file.length);
    file.fd = unpacker.descriptor();
    return file;
}

}  // namespace

void Response::save(Packer& packer) const {
    packer(status_, closes_connection_, std::string(content_type_), headers_);
    std::visit(Saver{packer}, body_);
}

void Response::load(Unpacker& unpacker) {
    std::string content_type;
    unpacker(status_, closes_connection_, content_type, headers_);
    // content_type_ refers to a string literal, and this string is none. So it becomes a field.
    if (!content_type.empty()) header("Content-Type", content_type);
    body_ = load_body(unpacker);
}

}  // namespace curfew
