// Finds the functions of libtorch.

#include "cores.h"
#include "include/CTorch.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#if defined(__APPLE__)
#define LIBRARY "@rpath/libTorchBinding.dylib"
#else
#define LIBRARY "libTorchBinding.so"
#endif

typedef const ct_functions *(*provider)(void);

#if !defined(__APPLE__)
extern const ct_functions *ct_torch_functions(void) __attribute__((weak));
#endif

// The binding that is part of this program, if there is one.
static provider linked(void) {
#if defined(__APPLE__)
    // A weak reference to what may be nowhere needs a flag for the linker there.
    return (provider)dlsym(RTLD_SELF, "ct_torch_functions");
#else
    return ct_torch_functions;
#endif
}

const ct_functions *ct_load(char *problem, size_t capacity) {
    provider functions = linked();
    if (!functions) {
        // Global: the kernels take their threads from the OpenMP that comes with libtorch, by name.
        void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_GLOBAL);
        functions = library ? (provider)dlsym(library, "ct_torch_functions") : NULL;
        if (!functions) {
            snprintf(problem, capacity, "%s", dlerror());
            return NULL;
        }
#if !defined(__APPLE__)
        ct_share_cores();
#endif
    }
    const ct_functions *table = functions();
    if (table->size != sizeof(ct_functions) || strcmp(table->version, ct_version()) != 0) {
        snprintf(
            problem, capacity, LIBRARY " is of another build (for libtorch %s; this program is for %s)", table->version,
            ct_version());
        return NULL;
    }
    return table;
}
