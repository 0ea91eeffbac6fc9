#include "parallel.h"

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

void run(const Work &work, int64_t part, int64_t parts) {
    for (int64_t i = work.count * part / parts; i < work.count * (part + 1) / parts; i++) work.body(work.context, i);
}

#if !defined(__APPLE__)

// libgomp is loaded with libtorch but offers no header to this compiler. Its entry points are part of its stable ABI.
struct OpenMP {
    using Parallel = void (*)(void (*)(void *), void *, unsigned, unsigned);
    using Number = int (*)();
    Parallel parallel = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
    Number thread = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_thread_num"));
    Number team = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_num_threads"));

    bool is_there() const { return parallel && thread && team; }
};

const OpenMP &openmp() {
    static const OpenMP entry_points;
    return entry_points;
}

void run_in_team(void *work) { run(*static_cast<Work *>(work), openmp().thread(), openmp().team()); }

#endif

} // namespace

void parallel_for(int64_t count, void (*body)(void *, int64_t), void *context) {
    Work work{count, body, context};
#if defined(__APPLE__)
    dispatch_apply_f(static_cast<size_t>(count), DISPATCH_APPLY_AUTO, &work, [](void *work, size_t index) {
        const auto &part = *static_cast<Work *>(work);
        part.body(part.context, static_cast<int64_t>(index));
    });
#else
    if (count > 1 && openmp().is_there()) {
        openmp().parallel(run_in_team, &work, /*num_threads: the team's*/ 0, /*flags*/ 0);
    } else {
        run(work, 0, 1);
    }
#endif
}

} // namespace ck
