#include "failure.h"

#include "../../backends/db.h"
#include "../../base/error.h"
#include "../serializable.h"

#include <stdexcept>
#include <string>

namespace curfew {

namespace {

enum class Kind { timeout, backend, http, db, invalid_argument, logic, other };

struct Failure {
    Kind kind = Kind::other;
    std::string text = {};
    int number = 0;

    template <typename Archive>
    void serialize(Archive& archive) {
        archive(kind, text, number);
    }
};

Failure described(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const TimeoutError& error) {
        return {Kind::timeout, error.what()};
    } catch (const BackendError& error) {
        return {Kind::backend, error.what(), static_cast<int>(error.kind())};
    } catch (const HttpError& error) {
        return {Kind::http, error.what(), error.status()};
    } catch (const db::Error& error) {
        return {Kind::db, error.what(), static_cast<int>(error.code())};
    } catch (const std::invalid_argument& error) {
        return {Kind::invalid_argument, error.what()};
    } catch (const std::logic_error& error) {
        return {Kind::logic, error.what()};
    } catch (const std::exception& error) {
        return {Kind::other, error.what()};
    } catch (...) {
        return {Kind::other, "something that is not a std::exception"};
    }
}

}  // namespace

Payload pack_failure(const std::exception_ptr& failure) { return pack(described(failure)); }

void rethrow_failure(Payload payload) {
    const auto failure = unpack<Failure>(std::move(payload));
    switch (failure.kind) {
        case Kind::timeout:
            throw TimeoutError(failure.text);
        case Kind::backend:
            throw BackendError(failure.text, static_cast<BackendError::Kind>(failure.number));
        case Kind::http:
            throw HttpError(failure.number, failure.text);
        case Kind::db:
            throw db::Error(static_cast<unsigned>(failure.number), failure.text);
        case Kind::invalid_argument:
            throw std::invalid_argument(failure.text);
        case Kind::logic:
            throw std::logic_error(failure.text);
        case Kind::other:
            break;
    }
    throw std::runtime_error(failure.text);
}

}  // namespace curfew
