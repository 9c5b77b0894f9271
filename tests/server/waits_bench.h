#pragma once

#include "tests/support/server.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::tests {

/// The application `waits` in a server of one worker class, and what its trials find.
class WaitsBench {
  public:
    explicit WaitsBench(std::string worker_class);

    /// What the trials of a kind (see apps/waits/trial.h) have found wrong, a line for each row;
    /// those that wait on, as the server's table says, are left out. All trials run at once, as far
    /// as the class allows, except those of rows that must be alone. Those that fail have another
    /// try, as the machine may have been busy.
    [[nodiscard]] std::string wrong(std::string_view kind) const;

    /// Those of which the table says that they wait on, and which obey: the table has to be mended.
    /// Also those that keep the other requests of the worker waiting, although the table says that
    /// they park.
    [[nodiscard]] std::string wrongly_excepted() const;

    /// Waits of handlers/waits/table.cpp that no row tries, and rows that are not in it.
    [[nodiscard]] std::string unproved() const;

    /// What the worker has, a line for each kind of thing, as far as it does not depend on how many
    /// trials ran at once: pools keep eventfds and threads.
    [[nodiscard]] std::string belongings() const;

    [[nodiscard]] std::size_t workers() const { return worker_class_ == "sync" ? at_once_ : 1; }

  private:
    /// Of some rows, those that fail, each with what is wrong.
    [[nodiscard]] std::map<std::string, std::string> failures(std::string_view kind,
                                                              const std::vector<std::string>& rows,
                                                              std::size_t at_once) const;
    [[nodiscard]] std::string run(std::string_view kind, const std::string& row,
                                  bool obeys = true) const;

    std::string worker_class_;
    std::size_t at_once_;
    Server server_;
    std::vector<std::string> rows_;
    std::vector<std::string> without_event_;
    std::vector<std::string> alone_;
    std::vector<std::string> disobedient_;
};

}  // namespace curfew::tests
