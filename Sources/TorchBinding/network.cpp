// Convolution, normalisation, pooling, resampling, cross-entropy.

#include "guarded.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_nearest2d.h>

static ct_result convolution(
    ct_tensor input, ct_tensor weight, ct_tensor bias, size_t spatial, const int64_t *stride, const int64_t *padding,
    const int64_t *dilation, bool transposed, const int64_t *output_padding, int64_t groups, ct_tensor *out) {
    return ct::guarded([&] {
        // Autocast on the CPU knows `conv2d`, not the general form.
        if (spatial == 2 && !transposed) {
            return ct::give(out, at::conv2d(
                ct::get(input), ct::get(weight), ct::get_optional(bias), ct::ints(stride, spatial),
                ct::ints(padding, spatial), ct::ints(dilation, spatial), groups));
        }
        ct::give(out, at::convolution(
            ct::get(input), ct::get(weight), ct::get_optional(bias), ct::ints(stride, spatial), ct::ints(padding, spatial),
            ct::ints(dilation, spatial), transposed, ct::ints(output_padding, spatial), groups));
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

static ct_result max_pool2d(ct_tensor input, int64_t kernel, int64_t stride, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::max_pool2d(ct::get(input), {kernel, kernel}, {stride, stride})); });
}

static ct_result avg_pool2d(ct_tensor input, int64_t kernel, int64_t stride, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::avg_pool2d(ct::get(input), {kernel, kernel}, {stride, stride})); });
}

static ct_result upsample_bilinear2d(ct_tensor input, int64_t height, int64_t width, bool align_corners, ct_tensor *out) {
    return ct::guarded([&] {
        const int64_t size[] = {height, width};
        ct::give(out, at::upsample_bilinear2d(ct::get(input), at::IntArrayRef(size, 2), align_corners));
    });
}

static ct_result upsample_nearest2d(ct_tensor input, int64_t height, int64_t width, ct_tensor *out) {
    return ct::guarded([&] {
        const int64_t size[] = {height, width};
        ct::give(out, at::upsample_nearest2d(ct::get(input), at::IntArrayRef(size, 2)));
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
    table.max_pool2d = max_pool2d;
    table.avg_pool2d = avg_pool2d;
    table.upsample_bilinear2d = upsample_bilinear2d;
    table.upsample_nearest2d = upsample_nearest2d;
    table.cross_entropy = cross_entropy;
}
