// hiredis.
#include "library.h"

#include <hiredis/hiredis.h>

namespace libraries {

namespace {

class Redis final : public Session {
  public:
    explicit Redis(Address at) : at_(std::move(at)) {}

    std::string ask(const std::string& token) override {
        if (!context_) {
            context_.reset(at_.port == 0 ? ::redisConnectUnix(at_.host.c_str())
                                         : ::redisConnect(at_.host.c_str(), at_.port));
        }
        if (!context_) throw Failed("no context");
        if (context_->err != 0) throw Failed(context_->errstr);
        const std::unique_ptr<redisReply, Freed> reply(static_cast<redisReply*>(
            ::redisCommand(context_.get(), "ECHO %b", token.data(), token.size())));
        if (!reply) throw Failed(context_->errstr);
        return {reply->str, reply->len};
    }

  private:
    struct Freed {
        void operator()(redisContext* context) const { ::redisFree(context); }
        void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
    };

    Address at_;
    std::unique_ptr<redisContext, Freed> context_;
};

}  // namespace

std::unique_ptr<Session> redis(const Address& at) { return std::make_unique<Redis>(at); }

}  // namespace libraries
