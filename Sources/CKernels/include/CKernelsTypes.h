// What the kernels of losses and of networks share.

#ifndef CKERNELS_TYPES_H
#define CKERNELS_TYPES_H

#include <stdint.h>

// How floats lie in memory; arithmetic is in float32.
typedef enum { CK_FLOAT32, CK_BFLOAT16 } ck_float_type;

// How a kernel ended. Where memory could not be allocated, `purpose` says for what, `bytes` how much was asked for in one piece, and
// whatever the kernel was to write is undefined; NULL and 0 where all is well.
typedef struct {
    const char *purpose;
    int64_t bytes;
} ck_status;

#endif
