// Finds the functions of DicomBinding.

#include "include/CDicom.h"

#include <dlfcn.h>
#include <stdio.h>

#if defined(__APPLE__)
#define LIBRARY "@rpath/libDicomBinding.dylib"
#else
#define LIBRARY "libDicomBinding.so"
extern const cd_functions *cd_dicom_functions(void) __attribute__((weak));
#endif

typedef const cd_functions *(*provider)(void);

// The binding that is part of this program, if there is one.
static provider linked(void) {
#if defined(__APPLE__)
    return (provider)dlsym(RTLD_SELF, "cd_dicom_functions");
#else
    return cd_dicom_functions;
#endif
}

const cd_functions *cd_load(char *problem, size_t capacity) {
    provider functions = linked();
    if (!functions) {
        void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
        functions = library ? (provider)dlsym(library, "cd_dicom_functions") : NULL;
        if (!functions) {
            snprintf(problem, capacity, "%s", dlerror());
            return NULL;
        }
    }
    const cd_functions *table = functions();
    if (!table) {
        snprintf(problem, capacity, "this program was built without GDCM");
    } else if (table->size != sizeof(cd_functions)) {
        snprintf(problem, capacity, LIBRARY " is of another build");
        table = NULL;
    }
    return table;
}
