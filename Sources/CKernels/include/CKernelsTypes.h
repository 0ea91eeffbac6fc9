// What the kernels of losses and of networks share.

#ifndef CKERNELS_TYPES_H
#define CKERNELS_TYPES_H

// How floats lie in memory; arithmetic is in float32.
typedef enum { CK_FLOAT32, CK_BFLOAT16 } ck_float_type;

#endif
