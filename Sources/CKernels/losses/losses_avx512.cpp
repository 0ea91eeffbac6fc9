// The kernels for avx512; the same source as for the other instruction sets.

#if defined(__x86_64__)

#include "../memory.h"
#include "../parallel.h"
#include "table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <immintrin.h>

#define CK_ISA avx512
#define CK_AVX512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#include "losses.inl"
#pragma clang attribute pop

#endif
