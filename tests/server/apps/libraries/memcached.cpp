// libmemcached.
#include "library.h"

#include <libmemcached/memcached.h>

#include <cstdlib>

namespace libraries {

namespace {

class Memcached final : public Session {
  public:
    explicit Memcached(const Address& at) : memcached_(::memcached_create(nullptr)) {
        ::memcached_server_add(memcached_.get(), at.host.c_str(), static_cast<in_port_t>(at.port));
    }

    std::string ask(const std::string& token) override {
        std::size_t size = 0;
        std::uint32_t flags = 0;
        memcached_return_t error = MEMCACHED_SUCCESS;
        const std::unique_ptr<char, decltype(&std::free)> value(
            ::memcached_get(memcached_.get(), token.data(), token.size(), &size, &flags, &error),
            &std::free);
        if (error != MEMCACHED_SUCCESS) {
            throw Failed(::memcached_strerror(memcached_.get(), error));
        }
        return {value.get(), size};
    }

  private:
    struct Freed {
        void operator()(memcached_st* memcached) const { ::memcached_free(memcached); }
    };

    std::unique_ptr<memcached_st, Freed> memcached_;
};

}  // namespace

std::unique_ptr<Session> memcached(const Address& at) { return std::make_unique<Memcached>(at); }

}  // namespace libraries
