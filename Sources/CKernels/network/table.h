// The network's kernels of one instruction set.

#pragma once

#include "../include/CKernelsNetwork.h"

namespace ck {

struct NetworkTable {
    const char *name;
    void (*convolve)(const ck_convolution &, const float *, const float *, const float *, float *);
    void (*convolve_input_gradient)(const ck_convolution &, const float *, const float *, const float *, float *);
    void (*convolve_weight_gradient)(const ck_convolution &, const float *, const float *, float *);
    void (*score)(const ck_convolution &, const float *, const float *, const float *, float *);
    void (*score_backward)(const ck_convolution &, const float *, const float *, const float *, float *, float *, float *);
    void (*mix)(const ck_mixing &, const float *, const float *, const float *, float *);
    void (*mix_backward)(const ck_mixing &, const float *, const float *, const float *, float *, float *, float *);
    void (*normalize)(const ck_activation &, const float *, const float *, const float *, float *);
    void (*excite)(const ck_activation &, const float *, const float *, const ck_excitation &);
    void (*activate)(const ck_activation &, const float *, const float *, const float *, const float *, float *, int64_t);
    void (*activate_backward)(
        const ck_activation &, const float *, const float *, const float *, const ck_excitation *, const float *, int64_t,
        float *, float *, float *, float *);
    void (*pool)(const ck_pooling &, const float *, float *);
    void (*pool_backward)(const ck_pooling &, const float *, const float *, float *);
    void (*enlarge)(const ck_enlarging &, const float *, float *, int64_t);
    void (*enlarge_backward)(const ck_enlarging &, const float *, int64_t, float *);
    void (*copy_channels)(int64_t, int64_t, const float *, int64_t, float *, int64_t);
};

extern const NetworkTable portable_network;
#if defined(__x86_64__)
extern const NetworkTable avx2_network;
extern const NetworkTable avx512_network;
#endif

} // namespace ck
