// Chooses the instruction set, once, and forwards.

#include "../include/CKernels.h"
#include "table.h"

#include <atomic>
#include <cstring>

namespace {

const ck::NetworkTable *const tables[] = {
    &ck::portable_network,
#if defined(__x86_64__)
    &ck::avx2_network, &ck::avx512_network,
#endif
};

const ck::NetworkTable *named(const char *name) {
    for (const auto *table : tables) {
        if (std::strcmp(table->name, name) == 0) return table;
    }
    return nullptr;
}

// The machine's best, as the objectives' kernels have found it.
const ck::NetworkTable *const best = named(ck_instruction_set());
std::atomic<const ck::NetworkTable *> chosen{best};

const ck::NetworkTable &table() { return *chosen.load(std::memory_order_relaxed); }

} // namespace

bool ck_use_network_instruction_set(const char *name) {
    for (const auto *table : tables) {
        if (std::strcmp(table->name, name) == 0) {
            chosen = table;
            return true;
        }
        if (table == best) return false;   // those after it need more than the machine has
    }
    return false;
}

bool ck_convolves(int64_t inputs, int64_t outputs) { return outputs % 16 == 0 && (inputs % 16 == 0 || inputs < 8); }

void ck_convolve(const ck_convolution *shape, const float *input, const float *weight, const float *bias, float *output) {
    table().convolve(*shape, input, weight, bias, output);
}

void ck_convolve_input_gradient(
    const ck_convolution *shape, const float *incoming, const float *weight, const float *added, float *gradient) {
    table().convolve_input_gradient(*shape, incoming, weight, added, gradient);
}

void ck_convolve_weight_gradient(
    const ck_convolution *shape, const float *input, const float *incoming, float *gradient) {
    table().convolve_weight_gradient(*shape, input, incoming, gradient);
}

void ck_score(const ck_convolution *shape, const float *input, const float *weight, const float *bias, float *scores) {
    table().score(*shape, input, weight, bias, scores);
}

void ck_score_backward(
    const ck_convolution *shape, const float *input, const float *weight, const float *incoming, float *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    table().score_backward(*shape, input, weight, incoming, input_gradient, weight_gradient, bias_gradient);
}

void ck_mix(const ck_mixing *shape, const float *input, const float *weight, const float *bias, float *output) {
    table().mix(*shape, input, weight, bias, output);
}

void ck_mix_backward(
    const ck_mixing *shape, const float *input, const float *weight, const float *incoming, float *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    table().mix_backward(*shape, input, weight, incoming, input_gradient, weight_gradient, bias_gradient);
}

void ck_normalize(const ck_activation *shape, const float *x, const float *weight, const float *bias, float *norm) {
    table().normalize(*shape, x, weight, bias, norm);
}

void ck_excite(const ck_activation *shape, const float *x, const float *norm, const ck_excitation *excitation) {
    table().excite(*shape, x, norm, *excitation);
}

void ck_activate(
    const ck_activation *shape, const float *x, const float *norm, const float *factor, const float *residual, float *output,
    int64_t output_stride) {
    table().activate(*shape, x, norm, factor, residual, output, output_stride);
}

void ck_activate_backward(
    const ck_activation *shape, const float *x, const float *norm, const float *weight, const ck_excitation *excitation,
    const float *incoming, int64_t incoming_stride, float *x_gradient, float *weight_gradient, float *bias_gradient,
    float *shift_gradient) {
    table().activate_backward(
        *shape, x, norm, weight, excitation, incoming, incoming_stride, x_gradient, weight_gradient, bias_gradient,
        shift_gradient);
}

void ck_pool(const ck_pooling *shape, const float *input, float *output) { table().pool(*shape, input, output); }

void ck_pool_backward(const ck_pooling *shape, const float *input, const float *incoming, float *gradient) {
    table().pool_backward(*shape, input, incoming, gradient);
}

void ck_enlarge(const ck_enlarging *shape, const float *input, float *output, int64_t output_stride) {
    table().enlarge(*shape, input, output, output_stride);
}

void ck_enlarge_backward(const ck_enlarging *shape, const float *incoming, int64_t incoming_stride, float *gradient) {
    table().enlarge_backward(*shape, incoming, incoming_stride, gradient);
}

void ck_copy_channels(
    int64_t pixels, int64_t channels, const float *input, int64_t input_stride, float *output, int64_t output_stride) {
    table().copy_channels(pixels, channels, input, input_stride, output, output_stride);
}
