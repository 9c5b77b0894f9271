#include "tests/support/verdict.h"

#include <doctest/doctest.h>

#include <atomic>
#include <exception>

namespace curfew::tests {

namespace {

std::atomic<bool> failed = false;

/// doctest tells its listeners of every assertion; it has no other way to ask.
struct Listener : doctest::IReporter {
    explicit Listener(const doctest::ContextOptions&) {}
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_start(const doctest::TestCaseData&) override { failed = false; }
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override { failed = true; }
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& assertion) override {
        if (assertion.m_failed) failed = true;
    }
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};

REGISTER_LISTENER("verdict", 1, Listener);

}  // namespace

bool test_failed() noexcept { return failed || std::uncaught_exceptions() > 0; }

}  // namespace curfew::tests
