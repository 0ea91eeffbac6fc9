// The network's kernels for avx512; the same source as for the other instruction sets.

#if defined(__x86_64__)

#include "../memory.h"
#include "../parallel.h"
#include "scratch.h"
#include "table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#define CK_ISA avx512
#define CK_ACCUMULATORS 24  // of 32 registers
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#include "network.inl"
#pragma clang attribute pop

#endif
