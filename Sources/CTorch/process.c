// What can be said and set without libtorch.

#include "include/CTorch.h"

#if !__has_include(<torch/headeronly/version.h>)
#error "libtorch was not found: run Scripts/bootstrap (it fills .libtorch/), or set LIBTORCH to a folder that holds include/ and lib/."
#endif
#include <torch/headeronly/version.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

const char *ct_version(void) { return TORCH_VERSION; }

void ct_keep_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 2047 << 20);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}
