// The network's kernels for avx2; the same source as for the other instruction sets.

#if defined(__x86_64__)

#include "../memory.h"
#include "../parallel.h"
#include "scratch.h"
#include "table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#define CK_ISA avx2
#define CK_ACCUMULATORS 6   // of two registers each, of 16
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "network.inl"
#pragma clang attribute pop

#endif
