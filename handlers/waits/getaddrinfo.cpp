// getaddrinfo(), which replaces libc's own: see README.md in this folder. libc's waits inside libc,
// where no limit reaches it, and blocks the thread of all other fibers.
#include "../context/name_lookup.h"
#include "libc.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

namespace curfew {

namespace {

using State = HostAddresses::State;

/// The error when the time is over. Not EAI_AGAIN: after that libmysqlclient tries again and again.
constexpr int no_time = EAI_FAIL;

struct Free {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using List = std::unique_ptr<addrinfo, Free>;

int libc_getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                     addrinfo** result) noexcept {
    static const auto real =
        reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(name, service, hints, result);
}

/// False for a call without a limit, and for one that asks no name server: these are libc's.
bool is_ours(const char* name, const addrinfo* hints) noexcept {
    if (!call_context().limits_waits() || name == nullptr || *name == '\0') return false;
    if (hints != nullptr && (hints->ai_flags & AI_NUMERICHOST)) return false;
    in_addr four{};
    return ::inet_aton(name, &four) == 0 && std::strchr(name, ':') == nullptr;
}

/// For AI_V4MAPPED without AI_ALL: IPv4 addresses count only if there are no IPv6 addresses.
void prefer_ipv6(HostAddresses& host) {
    const auto is_ipv4 = [](const std::string& text) { return text.find(':') == text.npos; };
    if (!std::ranges::all_of(host.texts, is_ipv4)) std::erase_if(host.texts, is_ipv4);
}

/// Has libc make the list from numeric addresses, which need no look-up. So the entries have their
/// ports, socket types and protocols, and freeaddrinfo() can free them.
int make_list(const HostAddresses& host, const char* name, const char* service,
              const addrinfo& asked, List& list) {
    auto hints = asked;
    hints.ai_flags = (hints.ai_flags | AI_NUMERICHOST) & ~(AI_CANONNAME | AI_IDN | AI_CANONIDN);
    int error = EAI_NONAME;
    addrinfo* last = nullptr;
    for (const auto& text : host.texts) {
        addrinfo* some = nullptr;
        const int failed = libc_getaddrinfo(text.c_str(), service, &hints, &some);
        if (failed != 0) {
            error = failed;  // perhaps an address family that this machine does not have
            continue;
        }
        if (last == nullptr) {
            list.reset(some);
        } else {
            last->ai_next = some;
        }
        for (last = some; last->ai_next != nullptr;) last = last->ai_next;
    }
    if (!list) return error;
    if (asked.ai_flags & AI_CANONNAME) {
        const auto* const canonical = host.canonical_name.c_str();
        list->ai_canonname = ::strdup(*canonical == '\0' ? name : canonical);
        if (list->ai_canonname == nullptr) return EAI_MEMORY;
    }
    return 0;
}

int limited_getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                        addrinfo** result) noexcept {
    if (call_context().expired()) return no_time;
    try {
        addrinfo asked{};
        asked.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;  // what libc takes for no hints
        if (hints != nullptr) asked = *hints;
        const bool mapped = asked.ai_family == AF_INET6 && (asked.ai_flags & AI_V4MAPPED);
        auto host = look_up(name, mapped ? AF_UNSPEC : asked.ai_family);
        if (host.state == State::failed) return call_context().expired() ? no_time : EAI_AGAIN;
        // libc may know the name from other sources (nsswitch.conf). The name servers have
        // answered, so it does not wait for them.
        if (host.state == State::unknown) return libc_getaddrinfo(name, service, hints, result);
        if (mapped && !(asked.ai_flags & AI_ALL)) prefer_ipv6(host);
        List list;
        const int error = make_list(host, name, service, asked, list);
        if (error == 0) *result = list.release();
        return error;
    } catch (const std::bad_alloc&) {
        return EAI_MEMORY;
    }
}

}  // namespace

}  // namespace curfew

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** result) {
    using namespace curfew;
    return is_ours(name, hints) ? limited_getaddrinfo(name, service, hints, result)
                                : libc_getaddrinfo(name, service, hints, result);
}
