#include "memory.h"

#include "include/CKernels.h"

#include <atomic>
#include <cstddef>
#include <limits>

namespace ck {

static std::atomic<int64_t> most{std::numeric_limits<int64_t>::max()};

void require_allowed(int64_t bytes) {
    if (bytes > most.load(std::memory_order_relaxed)) throw OutOfMemory{bytes};
}

void *allocate(int64_t bytes, int64_t alignment) {
    require_allowed(bytes);
    const int64_t rounded = (bytes + alignment - 1) / alignment * alignment;
    const auto size = static_cast<size_t>(rounded > 0 ? rounded : alignment);
    void *memory = alignment <= static_cast<int64_t>(alignof(std::max_align_t))
                       ? std::malloc(size)
                       : std::aligned_alloc(static_cast<size_t>(alignment), size);
    if (!memory) throw OutOfMemory{bytes};
    return memory;
}

} // namespace ck

void ck_limit_memory(int64_t bytes) { ck::most = bytes < 0 ? std::numeric_limits<int64_t>::max() : bytes; }
