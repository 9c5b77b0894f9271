#pragma once

#include "handlers/http/request.h"

#include <string>
#include <string_view>
#include <utility>

namespace curfew {

/// A request made by hand. Texts given to it must outlive it, as literals do.
class TestRequest {
  public:
    explicit TestRequest(std::string_view method = "GET", std::string_view target = "/") {
        const auto question_mark = target.find('?');
        parts_.method = method;
        parts_.target = target;
        parts_.path = target.substr(0, question_mark);
        if (question_mark != std::string_view::npos) {
            parts_.query = target.substr(question_mark + 1);
        }
        parts_.peer = "127.0.0.1:40112";
        parts_.id = "1";
    }

    TestRequest& header(std::string_view name, std::string_view value) {
        parts_.fields.push_back({name, value});
        return *this;
    }

    TestRequest& param(std::string_view name, std::string value) {
        parts_.params.emplace_back(name, std::move(value));
        return *this;
    }

    TestRequest& body(std::string_view body) {
        parts_.body = body;
        return *this;
    }

    RequestParts& parts() { return parts_; }

    operator Request() const { return Request(parts_); }  // NOLINT: it stands in for one

  private:
    RequestParts parts_;
};

}  // namespace curfew
