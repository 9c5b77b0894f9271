#include "tools/laboratory/servers/peer_server.h"

#include "tools/laboratory/servers/loopback.h"
#include "tools/support/wait_until.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

constexpr std::chrono::seconds start_timeout(10);

}  // namespace

PeerServer::PeerServer(const Peer& peer, const PeerSetup& setup)
    : is_curfew_(peer.group == "nginx"), workers_(static_cast<std::size_t>(setup.workers)) {
    for (int attempt = 1; !starts(peer, setup); ++attempt) {
        if (attempt < 3) continue;
        throw std::runtime_error(peer.name + " does not start: " + words() +
                                 (ended() ? "" : "not all of its workers answer"));
    }
}

/// On another port each time: somebody may have been faster.
bool PeerServer::starts(const Peer& peer, const PeerSetup& setup) {
    proxy_.reset();
    server_.reset();
    heard_.clear();
    port_ = free_port();
    server_ = std::make_unique<ScopedProgram>(application_server(peer, setup, port_));
    if (needs_proxy(peer)) {
        proxy_ = std::make_unique<ScopedProgram>(proxy(peer, setup, port_, server_->directory()));
    }
    const auto answers = [this] { return worker_pids().size() == workers_; };
    return tools::wait_until([&] { return ended() || answers(); }, start_timeout) && !ended();
}

std::string PeerServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

/// A worker may be there long before its application is. And somebody else's server on the same
/// port would name other processes.
std::vector<pid_t> PeerServer::worker_pids() const {
    auto found = candidates();
    const auto is_new = [this](pid_t pid) { return !has_answered(pid); };
    if (std::ranges::any_of(found, is_new)) {
        for (const auto& reply : get_at_once(port_, "/pid", 2 * workers_)) {
            heard_.insert(reply.body);
        }
        std::erase_if(found, is_new);
    }
    return found;
}

bool PeerServer::has_answered(pid_t pid) const {
    return heard_.contains(std::to_string(pid) + "\n");
}

std::vector<pid_t> PeerServer::candidates() const {
    auto found = server_->children();
    if (is_curfew_) {
        std::erase_if(found, [](pid_t pid) {
            return tools::title_of(pid).find(": worker ") == std::string::npos;
        });
    }
    return found;
}

std::string PeerServer::words() const { return server_->words() + (proxy_ ? proxy_->words() : ""); }

std::vector<std::filesystem::path> PeerServer::directories() const {
    std::vector<std::filesystem::path> all{server_->directory()};
    if (proxy_) all.push_back(proxy_->directory());
    return all;
}

std::vector<pid_t> PeerServer::processes() const {
    auto all = server_->processes();
    if (proxy_) std::ranges::copy(proxy_->processes(), std::back_inserter(all));
    return all;
}

bool PeerServer::ended() const { return server_->ended() || (proxy_ && proxy_->ended()); }

}  // namespace curfew::laboratory
