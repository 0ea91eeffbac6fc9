// The kernels for portable; the same source as for the other instruction sets.

#include "parallel.h"
#include "table.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#define CK_ISA portable
#include "kernels.inl"
