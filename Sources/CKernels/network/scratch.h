// Memory that a thread keeps from call to call.

#pragma once

#include <cstdint>

namespace ck {

// What a piece of scratch memory is for; a thread has one of each.
enum class Scratch { transformed, products, gradients, weights, partial, row, sums, count };

// At least `floats` floats, aligned to a cache line; what was in them before is lost when the piece grows. It belongs to the
// calling thread until that asks for the same piece again. Throws OutOfMemory.
float *scratch(Scratch use, int64_t floats);

} // namespace ck
