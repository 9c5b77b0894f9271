#include "db_column.h"

#include <cstdint>
#include <limits>

namespace curfew::db {

Column::Column(const MYSQL_FIELD& field, MYSQL_BIND& bind) noexcept : kind_(kind_of(field)) {
    bind = {};
    bind.is_null = &is_null_;
    bind.length = &length_;
    bind.error = &is_cut_;
    switch (kind_) {
        case Kind::integer:
        case Kind::natural:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &number_;
            bind.is_unsigned = kind_ == Kind::natural;
            break;
        case Kind::real:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = &real_;
            break;
        case Kind::text:
            // No room for it: the length is known only when it is there, and then it is read.
            bind.buffer_type = MYSQL_TYPE_STRING;
            break;
    }
}

Column::Kind Column::kind_of(const MYSQL_FIELD& field) noexcept {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_YEAR:
            return (field.flags & UNSIGNED_FLAG) != 0 ? Kind::natural : Kind::integer;
        case MYSQL_TYPE_FLOAT:
        case MYSQL_TYPE_DOUBLE:
            return Kind::real;
        default:
            return Kind::text;
    }
}

Value Column::value(MYSQL_STMT* statement, unsigned index) const {
    if (is_null_) return nullptr;
    switch (kind_) {
        case Kind::integer:
            return static_cast<std::int64_t>(number_);
        case Kind::natural:
            if (number_ < 0) return std::to_string(static_cast<std::uint64_t>(number_));
            return static_cast<std::int64_t>(number_);
        case Kind::real:
            return real_;
        case Kind::text:
            return text(statement, index);
    }
    return nullptr;
}

std::string Column::text(MYSQL_STMT* statement, unsigned index) const {
    std::string text(length_, '\0');
    if (text.empty()) return text;
    unsigned long length = 0;
    MYSQL_BIND bind{};
    bind.buffer_type = MYSQL_TYPE_STRING;
    bind.buffer = text.data();
    bind.buffer_length = length_;
    bind.length = &length;
    mysql_stmt_fetch_column(statement, &bind, index, 0);
    return text;
}

MYSQL_BIND bound(const Value& value) noexcept {
    // The library's interface has no const; it only reads them.
    MYSQL_BIND bind{};
    bind.buffer_type = MYSQL_TYPE_NULL;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = const_cast<std::int64_t*>(number);
    } else if (const auto* real = std::get_if<double>(&value)) {
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = const_cast<double*>(real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = const_cast<char*>(text->data());
        bind.buffer_length = text->size();
    }
    return bind;
}

}  // namespace curfew::db
