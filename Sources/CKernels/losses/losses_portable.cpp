// The kernels for portable; the same source as for the other instruction sets.

#include "../memory.h"
#include "../parallel.h"
#include "table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#define CK_ISA portable
#include "losses.inl"
