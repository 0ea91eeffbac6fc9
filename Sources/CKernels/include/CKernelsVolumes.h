// Convolutions of volumes by the CPU kernels, forward and backward, with sums in float32. Those that go by gathering (a stride, another
// kernel than 3×3×3 or 1×3×3, few inputs, small volumes) round weights to bfloat16 where volumes are stored so.
//
// Volumes lie as [B, D, H, W, C] (libtorch's channels-last), stored as planes are; weights are float32 and lie as libtorch has
// them. The inputs' channels may stand in two tensors, as a skip and what is joined to it: `joined` of them, the last ones, in
// the second. Both pointers of a pair are then used, else the second is NULL. Every sum has an order of its own.

#ifndef CKERNELS_VOLUMES_H
#define CKERNELS_VOLUMES_H

#include <stdint.h>

#include "CKernelsTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// A convolution with zero padding; lists of three are [D, H, W], and `sizes` are the input's.
typedef struct {
    ck_float_type storage;
    int64_t images, sizes[3], kernel[3], stride[3], padding[3];
    int64_t inputs, outputs;
    int64_t joined;        // of the inputs, 0 for none
} ck_volume_convolution;

// Numbers of channels are as of `ck_convolves`, and multiples of 16 in both tensors where the inputs stand in two.

// weight [Cout, Cin, kernel…], bias [Cout] or NULL. output [B, D', H', W', Cout].
ck_status ck_convolve_volume(
    const ck_volume_convolution *shape, const void *input, const void *joined, const float *weight, const float *bias,
    void *output);
// Inputs must be a multiple of 16. With a bias [Cin] this is a transposed convolution forward, from Cout to Cin channels.
ck_status ck_convolve_volume_input_gradient(
    const ck_volume_convolution *shape, const void *incoming, const float *weight, const float *bias, void *gradient,
    void *joined_gradient);
ck_status ck_convolve_volume_weight_gradient(
    const ck_volume_convolution *shape, const void *input, const void *joined, const void *incoming, float *gradient);

// The sum of each channel over all voxels of [voxels, C], C a multiple of 16.
ck_status ck_channel_sums(ck_float_type storage, int64_t voxels, int64_t channels, const void *x, float *sums);

// Scores of pixels, by a convolution whose kernel is 1: input [B, N, C], C a multiple of 16; weight [classes, C]; scores
// [B, classes, N], float32.
typedef struct { ck_float_type storage; int64_t images, pixels, inputs, classes; } ck_head;

ck_status ck_head_scores(const ck_head *shape, const void *input, const float *weight, const float *bias, float *scores);
ck_status ck_head_backward(
    const ck_head *shape, const void *input, const float *weight, const float *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient);

#ifdef __cplusplus
}
#endif
#endif
