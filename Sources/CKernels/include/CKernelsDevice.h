// Objectives in one pass on a GPU: the source that is compiled there at run time.

#ifndef CKERNELS_DEVICE_H
#define CKERNELS_DEVICE_H

#include "CKernelsDeviceTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// The kernels, for a compiler of CUDA. With -DCK_CLASSES=C it makes, of blocks of CK_DEVICE_THREADS threads,
//
//     ck_terms(ck_device_terms, double *values)              values: the sum of scale · term of each block; and the gradient
//     ck_overlap_sums(ck_device_overlap, float *sums)        sums [images, blocks along x, C, 2]: sum of p y, sum of p;
//                                                            blocks along y: images
//     ck_overlap_gradient(ck_device_overlap)                 blocks along y: images
const char *ck_device_source(void);

enum { CK_DEVICE_THREADS = 256, CK_DEVICE_TERMS = 8 };

#ifdef __cplusplus
}
#endif
#endif
