#include "master/config/combinations.h"

#include "master/config/config_error.h"
#include "master/config/text.h"
#include "master/config/units.h"

namespace curfew::master {

namespace {

/// For the end of a message: where the other half of the contradiction is.
std::string origin(const Option& option) { return option.given() ? option.where() : "the default"; }

void check_threads(const Options& options, OptionTable& table) {
    if (options.worker.threads == 1 || options.worker.worker_class == worker::Class::threads)
        return;
    throw ConfigError(table.at("threads").where() +
                      ": more than one thread needs the worker class threads, not " +
                      table.at("worker_class").shown().front() + " (" +
                      origin(table.at("worker_class")) + ")");
}

void check_jitter(const Options& options, OptionTable& table) {
    if (options.worker.max_requests_jitter == 0 || options.worker.max_requests > 0) return;
    throw ConfigError(table.at("max_requests_jitter").where() +
                      ": max_requests_jitter needs max_requests, which is 0 (" +
                      origin(table.at("max_requests")) + ")");
}

void check_password(const Options& options, OptionTable& table) {
    const DbOptions& db = options.worker.backends.db;
    if (db.password.empty() || db.password_file.empty()) return;
    throw ConfigError(table.at("db_password_file").where() +
                      ": the password of the database is given already (" +
                      origin(table.at("db_password")) + ")");
}

}  // namespace

void check_combinations(const Options& options, OptionTable& table) {
    check_threads(options, table);
    check_jitter(options, table);
    check_password(options, table);
}

}  // namespace curfew::master
