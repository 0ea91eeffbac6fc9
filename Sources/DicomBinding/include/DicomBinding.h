// GDCM behind the C ABI of CDicom, which finds the functions here: in a program that contains this library, or in a shared one
// beside it.

#ifndef DICOM_BINDING_H
#define DICOM_BINDING_H

#include "CDicom.h"

#ifdef __cplusplus
extern "C" {
#endif

// The table, which lives as long as the process; NULL where GDCM was not there when this was built.
__attribute__((used, visibility("default"))) const cd_functions *_Nullable cd_dicom_functions(void);

#ifdef __cplusplus
}
#endif
#endif
