// The arithmetic of a device's kernels, compiled for the host and done pixel by pixel.

#ifndef KERNELS_ON_HOST_H
#define KERNELS_ON_HOST_H

#include <stdbool.h>

#include "CKernelsDeviceTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// False for a number of classes that it is not made for: 2 to 5 and 8 are.
bool ck_terms_as_device(const ck_device_terms *terms, int classes, double *value);
// sums: [images, classes, 2].
bool ck_overlap_sums_as_device(const ck_device_overlap *overlap, int classes, float *sums);
bool ck_overlap_gradient_as_device(const ck_device_overlap *overlap, int classes);

#ifdef __cplusplus
}
#endif
#endif
