#pragma once

#include "worker/access_log/access_log.h"
#include "worker/app/dispatcher.h"
#include "worker/executors/executor.h"
#include "worker/http/queue_time.h"
#include "worker/http/request_id.h"
#include "worker/http/trusted_peers.h"
#include "worker/http/writer.h"
#include "worker/os/loop.h"
#include "worker/os/seldom.h"
#include "worker/settings/options.h"
#include "worker/shared/arena.h"
#include "worker/shared/scoreboard.h"

#include <functional>
#include <string>

namespace curfew::worker {

/// What all connections of a worker share. Owned by the Worker, outlives them. It has more than 20
/// members, because it is a list of objects and not an object: no function works on all of them.
struct Context {
    const Options& options;
    Loop& loop;
    WorkerBoard board;
    const Dispatcher& dispatcher;
    Executor& executor;
    AccessLog& access_log;
    Arena& arena;

    TrustedPeers trusted{options.forwarded_allow_ips};
    BusySpell busy{};
    Seldom wrong_clock{std::chrono::minutes(1)};  ///< a proxy's
    Seldom late_start{std::chrono::seconds(1)};   ///< by a proxy's word
    RequestIds request_ids = {};
    DateClock date = {};
    std::string scratch = {};  ///< see Writer::begin
    BodyMemory body_memory{};

    int places_wanted = 0;      ///< so many connections are to close instead of being kept alive
    int wanting_listeners = 0;  ///< listeners whose clients wait for a free connection

    bool draining = false;  ///< the worker is stopping: no connection is kept alive
    bool frozen = false;    ///< it will be killed: no request is begun, no idle connection closed

    /// Called after each response.
    std::function<void()> served = {};

    /// Called when a thread of the executor is free again; never by an immediate executor.
    std::function<void()> job_done = {};
};

}  // namespace curfew::worker
