// Chooses the instruction set, once, and forwards.

#include "../include/CKernels.h"
#include "../memory.h"
#include "table.h"

#include <atomic>
#include <cstring>

namespace {

const ck::NetworkTables *const tables[] = {
    &ck::portable_network,
#if defined(__x86_64__)
    &ck::avx2_network, &ck::avx512_network, &ck::avx512_bf16_network,
#endif
};

const ck::NetworkTables *named(const char *name) {
    for (const auto *table : tables) {
        if (std::strcmp(table->name, name) == 0) return table;
    }
    return nullptr;
}

// The machine's best, as the objectives' kernels have found it, or one more that only the network's have.
const ck::NetworkTables *find_best() {
#if defined(__x86_64__)
    if (std::strcmp(ck_instruction_set(), "avx512") == 0 && __builtin_cpu_supports("avx512bf16")) {
        return &ck::avx512_bf16_network;
    }
#endif
    return named(ck_instruction_set());
}

const ck::NetworkTables *const best = find_best();
std::atomic<const ck::NetworkTables *> chosen{best};

// Calls body(table) for images that are stored so. `purpose` is what the kernel is for.
template <typename Body> ck_status with_table(const char *purpose, ck_float_type storage, Body &&body) {
    const auto &tables = *chosen.load(std::memory_order_relaxed);
    return ck::guarded(purpose, [&] {
        if (storage == CK_BFLOAT16) {
            body(tables.bfloat16);
        } else {
            body(tables.float32);
        }
    });
}

// Images as the table that is called has their elements.
struct Read {
    const void *images;
    template <typename Element> operator const Element *() const { return static_cast<const Element *>(images); }
};

struct Write {
    void *images;
    template <typename Element> operator Element *() const { return static_cast<Element *>(images); }
};

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

ck_status ck_convolve(const ck_convolution *shape, const void *input, const float *weight, const float *bias, void *output) {
    return with_table("a convolution", shape->storage, [&](const auto &table) {
        table.convolve(*shape, Read{input}, weight, bias, Write{output});
    });
}

ck_status ck_convolve_input_gradient(
    const ck_convolution *shape, const void *incoming, const float *weight, const void *added, void *gradient) {
    return with_table("the gradient of a convolution's input", shape->storage, [&](const auto &table) {
        table.convolve_input_gradient(*shape, Read{incoming}, weight, Read{added}, Write{gradient});
    });
}

ck_status ck_convolve_weight_gradient(
    const ck_convolution *shape, const void *input, const void *incoming, float *gradient) {
    return with_table("the gradient of a convolution's weights", shape->storage, [&](const auto &table) {
        table.convolve_weight_gradient(*shape, Read{input}, Read{incoming}, gradient);
    });
}

ck_status ck_score(const ck_convolution *shape, const void *input, const float *weight, const float *bias, float *scores) {
    return with_table("the scores", shape->storage, [&](const auto &table) {
        table.score(*shape, Read{input}, weight, bias, scores);
    });
}

ck_status ck_score_backward(
    const ck_convolution *shape, const void *input, const float *weight, const float *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    return with_table("the gradient of the scores", shape->storage, [&](const auto &table) {
        table.score_backward(*shape, Read{input}, weight, incoming, Write{input_gradient}, weight_gradient, bias_gradient);
    });
}

ck_status ck_mix(const ck_mixing *shape, const void *input, const float *weight, const float *bias, void *output) {
    return with_table("a 1×1 convolution", shape->storage, [&](const auto &table) {
        table.mix(*shape, Read{input}, weight, bias, Write{output});
    });
}

ck_status ck_mix_backward(
    const ck_mixing *shape, const void *input, const float *weight, const void *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    return with_table("the gradient of a 1×1 convolution", shape->storage, [&](const auto &table) {
        table.mix_backward(*shape, Read{input}, weight, Read{incoming}, Write{input_gradient}, weight_gradient, bias_gradient);
    });
}

ck_status ck_normalize(const ck_activation *shape, const void *x, const float *weight, const float *bias, float *norm) {
    return with_table("a normalisation", shape->storage, [&](const auto &table) {
        table.normalize(*shape, Read{x}, weight, bias, norm);
    });
}

ck_status ck_excite(const ck_activation *shape, const void *x, const float *norm, const ck_excitation *excitation) {
    return with_table("an excitation", shape->storage, [&](const auto &table) {
        table.excite(*shape, Read{x}, norm, *excitation);
    });
}

ck_status ck_activate(
    const ck_activation *shape, const void *x, const float *norm, const float *factor, const void *residual, void *output,
    int64_t output_stride) {
    return with_table("an activation", shape->storage, [&](const auto &table) {
        table.activate(*shape, Read{x}, norm, factor, Read{residual}, Write{output}, output_stride);
    });
}

ck_status ck_activate_backward(
    const ck_activation *shape, const void *x, const float *norm, const float *weight, const ck_excitation *excitation,
    const void *incoming, int64_t incoming_stride, void *x_gradient, float *weight_gradient, float *bias_gradient,
    float *shift_gradient) {
    return with_table("the gradient of an activation", shape->storage, [&](const auto &table) {
        table.activate_backward(
            *shape, Read{x}, norm, weight, excitation, Read{incoming}, incoming_stride, Write{x_gradient}, weight_gradient,
            bias_gradient, shift_gradient);
    });
}

ck_status ck_pool(const ck_pooling *shape, const void *input, void *output) {
    return with_table("pooling", shape->storage, [&](const auto &table) { table.pool(*shape, Read{input}, Write{output}); });
}

ck_status ck_pool_backward(const ck_pooling *shape, const void *input, const void *incoming, void *gradient) {
    return with_table("the gradient of pooling", shape->storage, [&](const auto &table) {
        table.pool_backward(*shape, Read{input}, Read{incoming}, Write{gradient});
    });
}

ck_status ck_enlarge(const ck_enlarging *shape, const void *input, void *output, int64_t output_stride) {
    return with_table("enlarging", shape->storage, [&](const auto &table) {
        table.enlarge(*shape, Read{input}, Write{output}, output_stride);
    });
}

ck_status ck_enlarge_backward(const ck_enlarging *shape, const void *incoming, int64_t incoming_stride, void *gradient) {
    return with_table("the gradient of enlarging", shape->storage, [&](const auto &table) {
        table.enlarge_backward(*shape, Read{incoming}, incoming_stride, Write{gradient});
    });
}

ck_status ck_copy_channels(
    ck_float_type storage, int64_t pixels, int64_t channels, const void *input, int64_t input_stride, void *output,
    int64_t output_stride) {
    return with_table("copying channels", storage, [&](const auto &table) {
        table.copy_channels(pixels, channels, Read{input}, input_stride, Write{output}, output_stride);
    });
}

ck_status ck_convolve_volume(
    const ck_volume_convolution *shape, const void *input, const void *joined, const float *weight, const float *bias,
    void *output) {
    return with_table("a convolution of volumes", shape->storage, [&](const auto &table) {
        table.convolve_volume(*shape, Read{input}, Read{joined}, weight, bias, Write{output});
    });
}

ck_status ck_convolve_volume_input_gradient(
    const ck_volume_convolution *shape, const void *incoming, const float *weight, const float *bias, void *gradient,
    void *joined_gradient) {
    return with_table("the gradient of a convolution's volumes", shape->storage, [&](const auto &table) {
        table.convolve_volume_input_gradient(
            *shape, Read{incoming}, weight, bias, Write{gradient}, Write{joined_gradient});
    });
}

ck_status ck_convolve_volume_weight_gradient(
    const ck_volume_convolution *shape, const void *input, const void *joined, const void *incoming, float *gradient) {
    return with_table("the gradient of a convolution's weights", shape->storage, [&](const auto &table) {
        table.convolve_volume_weight_gradient(*shape, Read{input}, Read{joined}, Read{incoming}, gradient);
    });
}

ck_status ck_channel_sums(ck_float_type storage, int64_t voxels, int64_t channels, const void *x, float *sums) {
    return with_table("sums of channels", storage, [&](const auto &table) {
        table.channel_sums(voxels, channels, Read{x}, sums);
    });
}

ck_status ck_head_scores(const ck_head *shape, const void *input, const float *weight, const float *bias, float *scores) {
    return with_table("the scores", shape->storage, [&](const auto &table) {
        table.head_scores(*shape, Read{input}, weight, bias, scores);
    });
}

ck_status ck_head_backward(
    const ck_head *shape, const void *input, const float *weight, const float *incoming, void *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    return with_table("the gradient of the scores", shape->storage, [&](const auto &table) {
        table.head_backward(*shape, Read{input}, weight, incoming, Write{input_gradient}, weight_gradient, bias_gradient);
    });
}
