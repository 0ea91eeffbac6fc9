// Finds the functions of libtorch.

#include "include/CTorch.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

#if !defined(__APPLE__)
#define SPINS "GOMP_SPINCOUNT"

// The threads of OpenMP wait for each other by spinning, some ten milliseconds before they sleep. Where another program wants the
// cores too, those that spin take the time of those that work, and a step takes several times as long. Some ten microseconds bridge
// what lies between two operations and leave the core soon. The library reads its environment once, when it is loaded, so this is
// set before, unless the user has chosen, and taken back afterwards. Returns whether it was set.
static bool shorten_spinning(void) {
    if (getenv("OMP_WAIT_POLICY") || getenv(SPINS)) return false;
    return setenv(SPINS, "1000", 1) == 0;
}
#endif

const ct_functions *ct_load(char *problem, size_t capacity) {
    provider functions = linked();
    if (!functions) {
#if !defined(__APPLE__)
        const bool is_shortened = shorten_spinning();
#endif
        // Global: the kernels take their threads from the OpenMP that comes with libtorch, by name.
        void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_GLOBAL);
#if !defined(__APPLE__)
        if (is_shortened) unsetenv(SPINS);
#endif
        functions = library ? (provider)dlsym(library, "ct_torch_functions") : NULL;
        if (!functions) {
            snprintf(problem, capacity, "%s", dlerror());
            return NULL;
        }
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
