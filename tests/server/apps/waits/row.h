#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waits {

/// Something that can be waited for, made anew for each trial.
struct Wait {
    /// Waits for the event, and uses it up. Empty if the event came; else how the wait ended: an
    /// errno such as "ETIMEDOUT", or what the function returned. It may throw as well.
    std::function<std::string()> wait;

    /// Makes the event happen. Called on another thread, or before wait().
    std::function<void()> happen;
};

/// One way to wait. Its name is "CALL of OBJECT" as in the server's table of waits, and ": " with
/// what is special about it, if there are several.
struct Row {
    std::string_view name;
    Wait (*make)();
    bool has_event = true;  ///< false: only its own time ends it, which is 1.5 s
    bool alone = false;     ///< it would take the events of other rows of the same process
};

/// Appends the rows of each file.
void add_reading(std::vector<Row>& rows);
void add_writing(std::vector<Row>& rows);
void add_connecting(std::vector<Row>& rows);
void add_readiness(std::vector<Row>& rows);
void add_sleeps(std::vector<Row>& rows);
void add_locks(std::vector<Row>& rows);
void add_conditions(std::vector<Row>& rows);
void add_standard_library(std::vector<Row>& rows);
void add_locks_of_files(std::vector<Row>& rows);
void add_processes(std::vector<Row>& rows);
void add_signals(std::vector<Row>& rows);
void add_queues(std::vector<Row>& rows);
void add_name_lookup(std::vector<Row>& rows);
void add_streams(std::vector<Row>& rows);

}  // namespace waits
