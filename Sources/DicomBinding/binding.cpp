// The table of functions.

#include "guarded.h"

#ifdef HAS_GDCM
#include <gdcmTrace.h>

const cd_functions *cd_dicom_functions(void) {
    static const cd_functions table = [] {
        // What is wrong with a file is said by the caller, once.
        gdcm::Trace::DebugOff();
        gdcm::Trace::WarningOff();
        gdcm::Trace::ErrorOff();
        cd_functions functions{};
        functions.size = sizeof(functions);
        cd::add_pixels(functions);
        cd::add_writing(functions);
        return functions;
    }();
    return &table;
}
#else
const cd_functions *cd_dicom_functions(void) { return nullptr; }
#endif
