// librabbitmq.
#include "library.h"

#include <amqp.h>
#include <amqp_tcp_socket.h>

namespace libraries {

namespace {

class Amqp final : public Session {
  public:
    explicit Amqp(Address at) : at_(std::move(at)) {}

    /// The name of a queue that the server knows.
    std::string ask(const std::string& token) override {
        if (!connection_) connect();
        const auto* const declared =
            ::amqp_queue_declare(connection_.get(), 1, ::amqp_cstring_bytes(token.c_str()), 1, 0, 0,
                                 0, ::amqp_empty_table);
        check(::amqp_get_rpc_reply(connection_.get()));
        if (!declared) throw Failed("no answer");
        return {static_cast<const char*>(declared->queue.bytes), declared->queue.len};
    }

  private:
    void connect() {
        connection_.reset(::amqp_new_connection());
        auto* const socket = ::amqp_tcp_socket_new(connection_.get());
        const int error = ::amqp_socket_open(socket, at_.host.c_str(), at_.port);
        if (error != AMQP_STATUS_OK) throw Failed(::amqp_error_string2(error));
        check(::amqp_login(connection_.get(), "/", 0, AMQP_DEFAULT_FRAME_SIZE, 0,
                           AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
        ::amqp_channel_open(connection_.get(), 1);
        check(::amqp_get_rpc_reply(connection_.get()));
    }

    /// After an error of the library there is no more use for the connection.
    void check(const amqp_rpc_reply_t& reply) {
        const auto& [type, method, error] = reply;
        if (type == AMQP_RESPONSE_NORMAL) return;
        connection_.reset();
        throw Failed(type == AMQP_RESPONSE_LIBRARY_EXCEPTION ? ::amqp_error_string2(error)
                                                             : "an exception of the server");
    }

    struct Freed {
        void operator()(amqp_connection_state_t connection) const {
            ::amqp_destroy_connection(connection);
        }
    };

    Address at_;
    std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>, Freed> connection_;
};

}  // namespace

std::unique_ptr<Session> amqp(const Address& at) { return std::make_unique<Amqp>(at); }

}  // namespace libraries
