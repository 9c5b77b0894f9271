#include "known_names.h"

#include <algorithm>

namespace curfew {

std::optional<HostAddresses> KnownNames::find(const std::string& name, int family) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return std::nullopt;
    const auto found = entries_.find({name, family});
    if (found == entries_.end() || found->second.until.passed()) return std::nullopt;
    return found->second.host;
}

void KnownNames::keep(const std::string& name, int family, HostAddresses host,
                      std::chrono::seconds life) {
    using namespace std::chrono_literals;
    const auto until = Deadline::in(std::clamp<std::chrono::seconds>(life, 1s, 1h));
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    if (entries_.size() >= most) {
        std::erase_if(entries_, [](const auto& entry) { return entry.second.until.passed(); });
    }
    if (entries_.size() >= most) entries_.clear();
    entries_.insert_or_assign({name, family}, Entry{std::move(host), until});
}

KnownNames& known_names() {
    static auto& only = *new KnownNames;
    return only;
}

}  // namespace curfew
