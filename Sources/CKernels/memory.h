// Memory for the kernels, and what becomes of a kernel that cannot have it.

#pragma once

#include "include/CKernelsTypes.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace ck {

// Thrown where memory cannot be allocated; no kernel throws anything else.
struct OutOfMemory { int64_t bytes; };

// Throws OutOfMemory for a piece that is larger than `ck_limit_memory` allows.
void require_allowed(int64_t bytes);

// `bytes` of memory at a multiple of `alignment`, a power of two, for std::free.
void *allocate(int64_t bytes, int64_t alignment);

// Elements that are not set.
template <typename T> class Buffer {
    T *const memory;

  public:
    explicit Buffer(int64_t count) : memory(static_cast<T *>(allocate(count * static_cast<int64_t>(sizeof(T)), alignof(T)))) {}
    ~Buffer() { std::free(memory); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    T *get() const { return memory; }
};

template <typename T> struct Allocator {
    typedef T value_type;

    Allocator() = default;
    template <typename Other> Allocator(const Allocator<Other> &) {}

    T *allocate(size_t count) {
        return static_cast<T *>(ck::allocate(static_cast<int64_t>(count * sizeof(T)), static_cast<int64_t>(alignof(T))));
    }
    void deallocate(T *memory, size_t) { std::free(memory); }

    template <typename Other> bool operator==(const Allocator<Other> &) const { return true; }
    template <typename Other> bool operator!=(const Allocator<Other> &) const { return false; }
};

// What kernels keep their numbers in; the library's own allocator would not say how much was asked for.
template <typename T> using Vector = std::vector<T, Allocator<T>>;

// Runs a kernel: the way out of every entry of the tables. `purpose` says what the kernel is for.
template <typename Body> ck_status guarded(const char *purpose, Body &&body) noexcept {
    try {
        body();
        return {nullptr, 0};
    } catch (const OutOfMemory &error) {
        return {purpose, error.bytes};
    }
}

} // namespace ck
