// The kernels for avx2; the same source as for the other instruction sets.

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

#define CK_ISA avx2
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "losses.inl"
#pragma clang attribute pop

#endif
