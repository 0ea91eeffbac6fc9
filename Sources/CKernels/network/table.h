// The network's kernels of one instruction set, for images whose elements are `Element`.

#pragma once

#include "../include/CKernelsNetwork.h"
#include "../include/CKernelsVolumes.h"

namespace ck {

struct BFloat16 { uint16_t bits; };

template <typename Element> struct NetworkTable {
    void (*convolve)(const ck_convolution &, const Element *, const float *, const float *, Element *);
    void (*convolve_input_gradient)(const ck_convolution &, const Element *, const float *, const Element *, Element *);
    void (*convolve_weight_gradient)(const ck_convolution &, const Element *, const Element *, float *);
    void (*score)(const ck_convolution &, const Element *, const float *, const float *, float *);
    void (*score_backward)(
        const ck_convolution &, const Element *, const float *, const float *, Element *, float *, float *);
    void (*mix)(const ck_mixing &, const Element *, const float *, const float *, Element *);
    void (*mix_backward)(const ck_mixing &, const Element *, const float *, const Element *, Element *, float *, float *);
    void (*normalize)(const ck_activation &, const Element *, const float *, const float *, float *);
    void (*excite)(const ck_activation &, const Element *, const float *, const ck_excitation &);
    void (*activate)(
        const ck_activation &, const Element *, const float *, const float *, const Element *, Element *, int64_t);
    void (*activate_backward)(
        const ck_activation &, const Element *, const float *, const float *, const ck_excitation *, const Element *, int64_t,
        Element *, float *, float *, float *);
    void (*pool)(const ck_pooling &, const Element *, Element *);
    void (*pool_backward)(const ck_pooling &, const Element *, const Element *, Element *);
    void (*enlarge)(const ck_enlarging &, const Element *, Element *, int64_t);
    void (*enlarge_backward)(const ck_enlarging &, const Element *, int64_t, Element *);
    void (*copy_channels)(int64_t, int64_t, const Element *, int64_t, Element *, int64_t);
    void (*convolve_volume)(
        const ck_volume_convolution &, const Element *, const Element *, const float *, const float *, Element *);
    void (*convolve_volume_input_gradient)(
        const ck_volume_convolution &, const Element *, const float *, const float *, Element *, Element *);
    void (*convolve_volume_weight_gradient)(
        const ck_volume_convolution &, const Element *, const Element *, const Element *, float *);
    void (*channel_sums)(int64_t, int64_t, const Element *, float *);
    void (*head_scores)(const ck_head &, const Element *, const float *, const float *, float *);
    void (*head_backward)(
        const ck_head &, const Element *, const float *, const float *, Element *, float *, float *);
};

// An instruction set's tables, for either storage.
struct NetworkTables {
    const char *name;
    NetworkTable<float> float32;
    NetworkTable<BFloat16> bfloat16;
};

extern const NetworkTables portable_network;
#if defined(__x86_64__)
extern const NetworkTables avx2_network;
extern const NetworkTables avx512_network;
extern const NetworkTables avx512_bf16_network;
#endif

} // namespace ck
