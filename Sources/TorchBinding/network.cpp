// Convolution, normalisation, pooling, resampling, cross-entropy.

#include "guarded.h"

#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose1d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/conv_transpose3d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/upsample_nearest1d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/upsample_trilinear3d.h>

// Picks an operation by its number of spatial axes.
template <typename One, typename Two, typename Three>
static at::Tensor of_axes(size_t spatial, One &&one, Two &&two, Three &&three) {
    switch (spatial) {
    case 1: return one();
    case 2: return two();
    case 3: return three();
    default: TORCH_CHECK(false, "1 to 3 spatial axes are known, found ", spatial);
    }
}

static ct_result convolution(
    ct_tensor input, ct_tensor weight, ct_tensor bias, size_t spatial, const int64_t *stride, const int64_t *padding,
    const int64_t *dilation, bool transposed, const int64_t *output_padding, int64_t groups, ct_tensor *out) {
    return ct::guarded([&] {
        // Autocast on the CPU knows these, not the general form.
        const auto &x = ct::get(input), &w = ct::get(weight);
        const auto b = ct::get_optional(bias);
        const auto s = ct::ints(stride, spatial), p = ct::ints(padding, spatial), d = ct::ints(dilation, spatial);
        const auto o = ct::ints(output_padding, spatial);
        ct::give(out, transposed ? of_axes(
            spatial, [&] { return at::conv_transpose1d(x, w, b, s, p, o, groups, d); },
            [&] { return at::conv_transpose2d(x, w, b, s, p, o, groups, d); },
            [&] { return at::conv_transpose3d(x, w, b, s, p, o, groups, d); })
        : of_axes(
            spatial, [&] { return at::conv1d(x, w, b, s, p, d, groups); },
            [&] { return at::conv2d(x, w, b, s, p, d, groups); }, [&] { return at::conv3d(x, w, b, s, p, d, groups); }));
    });
}

static ct_result group_norm(ct_tensor input, int64_t groups, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::group_norm(ct::get(input), groups, ct::get_optional(weight), ct::get_optional(bias), epsilon));
    });
}

static ct_result batch_norm(
    ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean, ct_tensor running_var, bool training,
    double momentum, double epsilon, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::batch_norm(
            ct::get(input), ct::get_optional(weight), ct::get_optional(bias), ct::get_optional(running_mean),
            ct::get_optional(running_var), training, momentum, epsilon, /*cudnn_enabled=*/true));
    });
}

static ct_result instance_norm(ct_tensor input, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::instance_norm(
            ct::get(input), ct::get_optional(weight), ct::get_optional(bias), /*running_mean=*/{}, /*running_var=*/{},
            /*use_input_stats=*/true, /*momentum=*/0.1, epsilon, /*cudnn_enabled=*/true));
    });
}

static ct_result max_pool(ct_tensor input, size_t spatial, const int64_t *kernel, const int64_t *stride, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(input);
        const auto k = ct::ints(kernel, spatial), s = ct::ints(stride, spatial);
        ct::give(out, of_axes(
            spatial, [&] { return at::max_pool1d(x, k, s); }, [&] { return at::max_pool2d(x, k, s); },
            [&] { return at::max_pool3d(x, k, s); }));
    });
}

static ct_result avg_pool(ct_tensor input, size_t spatial, const int64_t *kernel, const int64_t *stride, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(input);
        const auto k = ct::ints(kernel, spatial), s = ct::ints(stride, spatial);
        ct::give(out, of_axes(
            spatial, [&] { return at::avg_pool1d(x, k, s); }, [&] { return at::avg_pool2d(x, k, s); },
            [&] { return at::avg_pool3d(x, k, s); }));
    });
}

static ct_result upsample_linear(
    ct_tensor input, size_t spatial, const int64_t *sizes, bool align_corners, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(input);
        const auto to = ct::ints(sizes, spatial);
        ct::give(out, of_axes(
            spatial, [&] { return at::upsample_linear1d(x, to, align_corners); },
            [&] { return at::upsample_bilinear2d(x, to, align_corners); },
            [&] { return at::upsample_trilinear3d(x, to, align_corners); }));
    });
}

static ct_result upsample_nearest(ct_tensor input, size_t spatial, const int64_t *sizes, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &x = ct::get(input);
        const auto to = ct::ints(sizes, spatial);
        ct::give(out, of_axes(
            spatial, [&] { return at::upsample_nearest1d(x, to); }, [&] { return at::upsample_nearest2d(x, to); },
            [&] { return at::upsample_nearest3d(x, to); }));
    });
}

static ct_result cross_entropy(ct_tensor logits, ct_tensor labels, ct_tensor weight, int64_t ignore, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::cross_entropy_loss(
            ct::get(logits), ct::get(labels), ct::get_optional(weight), at::Reduction::Mean, ignore));
    });
}

void ct::add_network(ct_functions &table) {
    table.convolution = convolution;
    table.group_norm = group_norm;
    table.batch_norm = batch_norm;
    table.instance_norm = instance_norm;
    table.max_pool = max_pool;
    table.avg_pool = avg_pool;
    table.upsample_linear = upsample_linear;
    table.upsample_nearest = upsample_nearest;
    table.cross_entropy = cross_entropy;
}
