#include "memory.h"
#include "parallel.h"

#include <algorithm>
#include <atomic>

#if defined(__APPLE__)
#include <dispatch/dispatch.h>
#else
#include <dlfcn.h>
#endif

namespace ck {

namespace {

struct Work {
    int64_t count;
    void (*body)(void *, int64_t);
    void *context;
};

// What a thread could not have: no exception may leave the threads' own code.
class Failure {
    std::atomic<int64_t> bytes{0};

  public:
    template <typename Body> void holding(Body &&body) noexcept {
        try {
            body();
        } catch (const OutOfMemory &error) {
            bytes = error.bytes;
        }
    }

    void rethrow() const {
        if (bytes > 0) throw OutOfMemory{bytes};
    }
};

#if !defined(__APPLE__)

// libgomp is loaded with libtorch but offers no header to this compiler. Its entry points are part of its stable ABI.
struct OpenMP {
    using Parallel = void (*)(void (*)(void *), void *, unsigned, unsigned);
    using Number = int (*)();
    Parallel parallel = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
    Number thread = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_thread_num"));
    Number threads = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));

    bool is_there() const { return parallel && thread && threads; }
};

const OpenMP &openmp() {
    static const OpenMP entry_points;
    return entry_points;
}

// Each thread has a part of its own, so that neighbours meet in its cache, and takes it in pieces; who is done takes from
// the others' parts, since a core may be shared with another program.
class Team {
    static constexpr int64_t most = 64, pieces = 8;

    struct alignas(64) Part { std::atomic<int64_t> next; };

    const Work work;
    const int64_t parts;
    Part taken[most];
    Failure failure;

    int64_t begin(int64_t part) const { return work.count * part / parts; }

    void run(int64_t first) {
        for (int64_t i = 0; i < parts; i++) {
            const int64_t part = (first + i) % parts, end = begin(part + 1);
            const int64_t piece = std::max<int64_t>((end - begin(part)) / pieces, 1);
            for (int64_t start; (start = taken[part].next.fetch_add(piece, std::memory_order_relaxed)) < end;) {
                for (int64_t j = start; j < std::min(start + piece, end); j++) work.body(work.context, j);
            }
        }
    }

  public:
    explicit Team(const Work &work) : work(work), parts(std::clamp<int64_t>(openmp().threads(), 1, most)) {
        for (int64_t part = 0; part < parts; part++) taken[part].next.store(begin(part), std::memory_order_relaxed);
    }

    // Ends when everything is done.
    void run() {
        openmp().parallel(
            [](void *context) {
                auto &team = *static_cast<Team *>(context);
                team.failure.holding([&] { team.run(openmp().thread()); });
            },
            this, /*num_threads: the team's*/ 0, /*flags*/ 0);
        failure.rethrow();
    }
};

#endif

} // namespace

void parallel_for(int64_t count, void (*body)(void *, int64_t), void *context) {
    Work work{count, body, context};
#if defined(__APPLE__)
    struct Shared { const Work work; Failure failure; } shared{work};
    dispatch_apply_f(static_cast<size_t>(count), DISPATCH_APPLY_AUTO, &shared, [](void *context, size_t index) {
        auto &shared = *static_cast<Shared *>(context);
        shared.failure.holding([&] { shared.work.body(shared.work.context, static_cast<int64_t>(index)); });
    });
    shared.failure.rethrow();
#else
    if (count > 1 && openmp().is_there()) {
        Team(work).run();
    } else {
        for (int64_t i = 0; i < count; i++) body(context, i);
    }
#endif
}

} // namespace ck
