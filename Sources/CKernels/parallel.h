// Splits work over the threads that libtorch computes with.

#pragma once

#include <cstdint>

namespace ck {

// Calls `body(context, index)` for every index below `count`, neighbours mostly on one thread. The team is libgomp's, where
// libtorch has loaded it: two teams would fight for the cores. Elsewhere the calling thread does all. Where memory is exhausted on
// one of the threads, the calling one throws OutOfMemory once all have ended.
void parallel_for(int64_t count, void (*body)(void *context, int64_t index), void *context);

template <typename Body> void parallel(int64_t count, Body &&body) {
    parallel_for(count, [](void *context, int64_t index) { (*static_cast<Body *>(context))(index); }, &body);
}

} // namespace ck
