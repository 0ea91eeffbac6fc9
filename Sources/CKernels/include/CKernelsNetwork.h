// Fused CPU kernels for the blocks of COPLE-Net and U-Net, forward and backward, with arithmetic in float32.
//
// Images lie as [B, H, W, C] (libtorch's channels-last): the channels of a pixel stand together and fill vectors. Their
// elements, behind `void *`, are what the shape's `storage` says; all of one call are stored alike. Weights and vectors of
// parameters are float32 and lie as libtorch has them. "Stride" is the distance between pixels in elements, for a slice of
// the channels of a wider image. Every sum has an order of its own, so results do not depend on the number of threads.

#ifndef CKERNELS_NETWORK_H
#define CKERNELS_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "CKernelsTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

// Takes an older instruction set than the best, for comparisons; returns whether the machine has it.
bool ck_use_network_instruction_set(const char *name);

// MARK: 3×3 convolutions, zero padding of 1

typedef struct { ck_float_type storage; int64_t images, height, width, inputs, outputs; } ck_convolution;

// Whether the kernels take these numbers of channels: outputs a multiple of 16, inputs a multiple of 16 or few.
bool ck_convolves(int64_t inputs, int64_t outputs);

// weight [Cout, Cin, 3, 3], bias [Cout].
ck_status ck_convolve(const ck_convolution *shape, const void *input, const float *weight, const float *bias, void *output);
// Inputs must be a multiple of 16. `added` ([B, H, W, Cin] or NULL) is a gradient that comes by another way.
ck_status ck_convolve_input_gradient(
    const ck_convolution *shape, const void *incoming, const float *weight, const void *added, void *gradient);
ck_status ck_convolve_weight_gradient(
    const ck_convolution *shape, const void *input, const void *incoming, float *gradient);

// The network's last convolution, from a multiple of 16 channels to a score for each class: scores [B, classes, H, W].
ck_status ck_score(const ck_convolution *shape, const void *input, const float *weight, const float *bias, float *scores);
ck_status ck_score_backward(
    const ck_convolution *shape, const void *input, const float *weight, const float *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient);

// MARK: 1×1 convolutions

// Inputs and outputs: multiples of 8.
typedef struct { ck_float_type storage; int64_t pixels, inputs, outputs; } ck_mixing;

// weight [Cout, Cin], bias [Cout].
ck_status ck_mix(const ck_mixing *shape, const void *input, const float *weight, const float *bias, void *output);
ck_status ck_mix_backward(
    const ck_mixing *shape, const void *input, const float *weight, const void *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient);

// MARK: Normalisation, activation, dropout, excitation

// GroupNorm → LeakyReLU → dropout of x [B, N, C], C a multiple of 8.
typedef struct {
    ck_float_type storage;
    int64_t images, pixels, channels, groups;
    float epsilon;         // added to the variance
    float slope;           // of LeakyReLU, below 0
    float dropout;         // probability of 0; 0: none
    uint32_t seed;         // of dropout
    int64_t images_before; // in the batch of which these images are a part
} ck_activation;

// What forward leaves for backward, each [B, C]: the factor and the shift of x, the mean and the inverse deviation of its
// group, and the mean of its channel.
enum { CK_NORM_ROWS = 5 };

ck_status ck_normalize(const ck_activation *shape, const void *x, const float *weight, const float *bias, float *norm);

// Squeeze-and-excitation, f = 1 + ReLU(W2·LeakyReLU(W1·mean + b1) + b2), with the same slope.
typedef struct {
    const float *squeeze_weight, *squeeze_bias;        // W1 [C/2, C], b1 [C/2]
    const float *excite_weight, *excite_bias;          // W2 [C, C/2], b2 [C]
    float *mean, *hidden, *factor;                     // [B, C], [B, C/2], [B, C]: left for backward
    float *squeeze_weight_gradient, *squeeze_bias_gradient, *excite_weight_gradient, *excite_bias_gradient;
} ck_excitation;

// Fills mean, hidden and factor from the activation without dropout.
ck_status ck_excite(const ck_activation *shape, const void *x, const float *norm, const ck_excitation *excitation);

// output = activation · factor + residual; factor [B, C] and residual [B, N, C] may be NULL.
ck_status ck_activate(
    const ck_activation *shape, const void *x, const float *norm, const float *factor, const void *residual, void *output,
    int64_t output_stride);

// The gradient of `ck_activate` with respect to x, which may lie where `x` does, and to all parameters; `excitation` may
// be NULL. `shift_gradient` [C] is that of a bias added to x before.
ck_status ck_activate_backward(
    const ck_activation *shape, const void *x, const float *norm, const float *weight, const ck_excitation *excitation,
    const void *incoming, int64_t incoming_stride, void *x_gradient, float *weight_gradient, float *bias_gradient,
    float *shift_gradient);

// MARK: Between resolutions

// 2×2 pooling [B, H, W, C] → [B, H/2, W/2, C], or 2·C with the means behind the maxima; H and W even, C a multiple of 8.
typedef struct { ck_float_type storage; int64_t images, height, width, channels; bool means; } ck_pooling;

ck_status ck_pool(const ck_pooling *shape, const void *input, void *output);
ck_status ck_pool_backward(const ck_pooling *shape, const void *input, const void *incoming, void *gradient);

// Bilinear interpolation that keeps the corners, [B, h, w, C] → [B, H, W, C]; C a multiple of 8.
typedef struct {
    ck_float_type storage;
    int64_t images, channels, low_height, low_width, high_height, high_width;
} ck_enlarging;

ck_status ck_enlarge(const ck_enlarging *shape, const void *input, void *output, int64_t output_stride);
ck_status ck_enlarge_backward(const ck_enlarging *shape, const void *incoming, int64_t incoming_stride, void *gradient);

// Copies a slice of the channels, a multiple of 8.
ck_status ck_copy_channels(
    ck_float_type storage, int64_t pixels, int64_t channels, const void *input, int64_t input_stride, void *output,
    int64_t output_stride);

#ifdef __cplusplus
}
#endif
#endif
