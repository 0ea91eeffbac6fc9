// Views, joins, indexing, padding, the matrix product.

#include "guarded.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/stack.h>

ct_error *ct_reshape(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).reshape(ct::ints(sizes, dim))); });
}

ct_error *ct_permute(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).permute(ct::ints(axes, dim))); });
}

ct_error *ct_expand(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).expand(ct::ints(sizes, dim))); });
}

ct_error *ct_unsqueeze(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).unsqueeze(axis)); });
}

ct_error *ct_squeeze(ct_tensor self, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).squeeze(axis)); });
}

ct_error *ct_select(ct_tensor self, int64_t axis, int64_t index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).select(axis, index)); });
}

ct_error *ct_narrow(ct_tensor self, int64_t axis, int64_t start, int64_t length, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).narrow(axis, start, length)); });
}

ct_error *ct_flip(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).flip(ct::ints(axes, dim))); });
}

ct_error *ct_cat(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::cat(ct::list(tensors, count), axis)); });
}

ct_error *ct_stack(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::stack(ct::list(tensors, count), axis)); });
}

ct_error *ct_gather(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).gather(axis, ct::get(index))); });
}

ct_error *ct_scatter_value(ct_tensor self, int64_t axis, ct_tensor index, double value, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::scatter(ct::get(self), axis, ct::get(index), value)); });
}

ct_error *ct_index_select(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).index_select(axis, ct::get(index))); });
}

ct_error *ct_masked_select(ct_tensor self, ct_tensor mask, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).masked_select(ct::get(mask))); });
}

ct_error *ct_pad(ct_tensor self, const int64_t *amounts, size_t count, ct_pad_mode mode, double value, ct_tensor *out) {
    return ct::guarded([&] {
        if (mode == CT_PAD_CONSTANT) return ct::give(out, at::pad(ct::get(self), ct::ints(amounts, count), "constant", value));
        const char *name = mode == CT_PAD_REPLICATE ? "replicate" : "reflect";
        ct::give(out, at::pad(ct::get(self), ct::ints(amounts, count), name));
    });
}

ct_error *ct_matmul(ct_tensor self, ct_tensor other, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::matmul(ct::get(self), ct::get(other))); });
}
