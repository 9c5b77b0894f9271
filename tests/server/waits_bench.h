#pragma once

#include "tests/support/server.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::tests {

/// A wait that does not obey, and why.
struct Disobedient {
    std::string_view row;
    std::string_view reason;
    std::string_view classes = "sync threads fiber";
};

/// The application `waits` in a server of one worker class, and what its trials find.
class WaitsBench {
  public:
    /// `disobedient`: those of them count that name the class.
    WaitsBench(std::string worker_class, const std::vector<Disobedient>& disobedient);

    /// What the trials of a kind (see apps/waits/trial.h) have found wrong, a line for each row;
    /// the disobedient ones are left out. All trials run at once, as far as the class allows. Those
    /// that fail have another try, as the machine may have been busy.
    [[nodiscard]] std::string wrong(std::string_view kind) const;

    /// The disobedient ones that obey: they have to leave the list. And names that are no rows.
    [[nodiscard]] std::string wrongly_excepted() const;

    /// What the worker has, and how often, as far as it does not depend on how many trials ran at
    /// once: pools keep eventfds and threads.
    [[nodiscard]] std::map<std::string, int> belongings() const;
    /// All of it.
    [[nodiscard]] std::map<std::string, int> all_belongings() const;

    [[nodiscard]] const std::vector<std::string>& rows() const noexcept { return rows_; }

  private:
    [[nodiscard]] bool is_excepted(std::string_view row) const;
    [[nodiscard]] std::string run(std::string_view kind, const std::string& row,
                                  bool obeys = true) const;

    std::string worker_class_;
    std::size_t at_once_;
    Server server_;
    std::vector<std::string> rows_;
    std::vector<std::string> without_event_;
    std::vector<Disobedient> disobedient_;
};

}  // namespace curfew::tests
