#include "master/config/config.h"

#include "master/config/combinations.h"
#include "master/config/config_file.h"
#include "master/config/config_text.h"
#include "master/config/declarations.h"
#include "master/config/flags.h"
#include "master/config/layers.h"
#include "master/config/route_tables.h"
#include "master/config/version.h"

namespace curfew::master {

namespace {

/// Several threads are asked for, and no class: there is only one that can be meant.
void infer_class(Options& options, OptionTable& table) {
    if (options.worker.threads > 1 && !table.at("worker_class").given()) {
        options.worker.worker_class = worker::Class::threads;
    }
}

Options merged(const Flags& flags, const Environment& environment,
               std::vector<std::string>& warnings) {
    Options options;
    OptionTable table = table_of(options);
    warnings = apply_flags(flags, table);
    const auto add = [&warnings](const Warnings& more) {
        warnings.insert(warnings.end(), more.begin(), more.end());
    };
    add(apply_environment(environment, table));
    if (!options.config_file.empty()) {
        const FileContent content = read_config_file(options.config_file);
        add(apply_file(content, table));
        options.worker.routes = routes_from(content.routes);
    }
    infer_class(options, table);
    check_combinations(options, table);
    return options;
}

std::string help() {
    Options defaults;
    return help_text(table_of(defaults));
}

}  // namespace

Invocation configure(int argc, const char* const* argv, const Environment& environment) {
    Options defaults;
    const Flags flags = parse_flags(argc, argv, table_of(defaults));
    Invocation invocation{flags.action, {}, {}};
    if (flags.action == Action::help) {
        invocation.text = help();
        return invocation;
    }
    if (flags.action == Action::version) {
        invocation.text = std::string("curfew ") + version + "\n";
        return invocation;
    }

    invocation.options = merged(flags, environment, invocation.warnings);
    if (flags.action == Action::print) {
        invocation.text = print_config(invocation.options);
    } else if (invocation.options.worker.app.empty()) {
        throw ConfigError("no application: name one, as in `curfew demo`");
    }
    return invocation;
}

std::string print_config(const Options& options) {
    Options copy = options;  // the table holds references that could write
    return file_text(table_of(copy), options.worker.routes);
}

}  // namespace curfew::master
