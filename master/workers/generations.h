#pragma once

#include "master/setup/release.h"
#include "master/workers/workers.h"

#include <functional>
#include <optional>

namespace curfew::master {

/// The configurations that workers are made of, and how many workers of each there should be. A
/// reload begins a new generation of workers. The previous generation serves until the new one is
/// ready, and stays for good if the new one cannot boot.
class Generations {
  public:
    /// `reread` makes a release anew for each reload. What it throws is logged.
    Generations(const Release& release, std::function<Release()> reread, Workers& workers);

    /// The release and the options of the current generation. The references stay valid for good.
    [[nodiscard]] const Release& release() const noexcept { return release_; }
    [[nodiscard]] const Options& options() const noexcept { return release_.options; }
    [[nodiscard]] int current() const noexcept { return current_; }
    /// How many workers there should be.
    [[nodiscard]] int target() const noexcept { return target_; }
    void change_target(int by);

    /// The options of the current generation, or of the generation that it replaces.
    [[nodiscard]] const Options& options_of(int generation) const noexcept;

    /// The generation of which another worker is to be forked.
    [[nodiscard]] std::optional<int> lacking() const noexcept;

    /// Dismisses the workers that are too many, worn, or of a replaced generation.
    void dismiss_surplus();

    /// Reads the configuration again and begins a generation with it. False if the configuration
    /// cannot be used; then nothing has changed.
    [[nodiscard]] bool reload();

    /// To be called if the current generation cannot boot. True if the previous generation still
    /// serves, and is the current one again.
    [[nodiscard]] bool undo_reload();

    /// True from a reload until the new generation is ready, or has failed to boot.
    [[nodiscard]] bool reloading() const noexcept { return replaced_.has_value(); }

    [[nodiscard]] bool is_current(const Child& child) const noexcept {
        return child.generation() == current_;
    }
    /// A worker neither of the current generation nor of the generation that it replaces.
    [[nodiscard]] bool is_given_up(const Child& child) const noexcept {
        return !is_current(child) && !(replaced_ && child.generation() == replaced_->number);
    }

    /// Notes which generations have workers that are ready.
    void note_ready();
    /// Whether any worker has ever been ready.
    [[nodiscard]] bool has_served() const noexcept {
        return newest_ready_ > 0 || workers_.anyone_ready();
    }
    /// Whether one of the current generation has been.
    [[nodiscard]] bool current_has_served() const noexcept { return newest_ready_ == current_; }

    /// In a worker's process: the worker's generation is the current one for good.
    void become(int generation) noexcept;

  private:
    /// What a reload has replaced. It is kept for as long as the reload can still fail.
    struct Replaced {
        Release release;
        int target;
        int number;
    };

    void begin(Release release);
    void kill_current();
    void dismiss_replaced(Deadline kill_by);
    void go_back() noexcept;

    Workers& workers_;
    const std::function<Release()> reread_;
    Release release_;
    std::optional<Replaced> replaced_;
    int target_;
    int current_ = 1;
    int newest_ = 1;        ///< only grows, so that a number means one configuration for good
    int newest_ready_ = 0;  ///< the newest of which any worker has been ready
};

}  // namespace curfew::master
