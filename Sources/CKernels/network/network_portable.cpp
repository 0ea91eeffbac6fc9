// The network's kernels for portable; the same source as for the other instruction sets.

#include "../memory.h"
#include "../parallel.h"
#include "scratch.h"
#include "table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#define CK_ISA portable
#if defined(__aarch64__)
#define CK_ACCUMULATORS 6   // of four registers each, of 32
#else
#define CK_ACCUMULATORS 2   // of four registers each, of 16
#endif
#include "network.inl"
