// Making tensors, asking them what they are, moving and copying them.

#include "guarded.h"

#include <ATen/ScalarOps.h>
#include <ATen/ops/_to_copy.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <cstring>

static ct_result tensor_empty(const int64_t *sizes, size_t dim, ct_dtype dtype, ct_device device, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::empty(ct::ints(sizes, dim), at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device))));
    });
}

static ct_result tensor_full(const int64_t *sizes, size_t dim, double value, ct_dtype dtype, ct_device device, ct_tensor *out) {
    return ct::guarded([&] {
        const auto options = at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device));
        // One number needs no dispatcher.
        if (dim == 0 && options.device().is_cpu()) {
            return ct::give(out, at::detail::scalar_tensor_static(value, ct::scalar_type(dtype), options.device()));
        }
        ct::give(out, at::full(ct::ints(sizes, dim), value, options));
    });
}

static ct_result tensor_arange(int64_t end, ct_dtype dtype, ct_device device, ct_tensor *out) {
    return ct::guarded([&] {
        ct::give(out, at::arange(end, at::TensorOptions().dtype(ct::scalar_type(dtype)).device(ct::device(device))));
    });
}

static ct_result tensor_from_bytes(const void *bytes, size_t byte_count, const int64_t *sizes, size_t dim, ct_dtype dtype, ct_tensor *out) {
    return ct::guarded([&] {
        ct::note_upload();
        auto tensor = at::empty(ct::ints(sizes, dim), at::TensorOptions().dtype(ct::scalar_type(dtype)));
        TORCH_CHECK(tensor.nbytes() == byte_count, "the shape needs ", tensor.nbytes(), " bytes, found ", byte_count);
        if (byte_count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byte_count);
        ct::give(out, std::move(tensor));
    });
}

static ct_result tensor_to_bytes(ct_tensor self, void *bytes, size_t byte_count) {
    return ct::guarded([&] {
        ct::note_wait();
        const auto host = ct::get(self).detach().to(at::kCPU).contiguous();
        TORCH_CHECK(host.nbytes() == byte_count, "the tensor has ", host.nbytes(), " bytes, the buffer ", byte_count);
        if (byte_count > 0) std::memcpy(bytes, host.const_data_ptr(), byte_count);
    });
}

static ct_result tensor_alias(ct_tensor self, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, at::Tensor(ct::get(self))); });
}

static void tensor_free(ct_tensor self) { delete static_cast<at::Tensor *>(self.impl); }

static int64_t tensor_dim(ct_tensor self) { return ct::get(self).dim(); }
static int64_t tensor_size(ct_tensor self, int64_t axis) { return ct::get(self).sizes()[axis]; }
static int64_t tensor_stride(ct_tensor self, int64_t axis) { return ct::get(self).strides()[axis]; }
static ct_dtype tensor_dtype(ct_tensor self) { return static_cast<ct_dtype>(ct::get(self).scalar_type()); }

static ct_device tensor_device(ct_tensor self) {
    const auto device = ct::get(self).device();
    const int32_t index = device.has_index() ? device.index() : 0;
    if (device.is_cuda()) return {CT_CUDA, index};
    if (device.is_mps()) return {CT_MPS, index};
    return {CT_CPU, 0};
}

static bool tensor_is_contiguous(ct_tensor self, ct_memory_format format) {
    return ct::get(self).is_contiguous(ct::memory_format(format));
}

static bool tensor_is_same(ct_tensor self, ct_tensor other) { return ct::get(self).is_same(ct::get(other)); }

static void *tensor_data(ct_tensor self) { return ct::get(self).data_ptr(); }

static ct_result tensor_item_double(ct_tensor self, double *out) {
    return ct::guarded([&] { *out = ct::get(self).item().toDouble(); });
}

static ct_result tensor_item_int(ct_tensor self, int64_t *out) {
    return ct::guarded([&] { *out = ct::get(self).item().toLong(); });
}

static ct_result tensor_to(ct_tensor self, ct_dtype dtype, ct_device device, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).to(ct::device(device), ct::scalar_type(dtype))); });
}

static ct_result tensor_contiguous(ct_tensor self, ct_memory_format format, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).contiguous(ct::memory_format(format))); });
}

static ct_result tensor_clone(ct_tensor self, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).clone()); });
}

static ct_result tensor_detach(ct_tensor self, ct_tensor *out) {
    return ct::guarded([&] { ct::give(out, ct::get(self).detach()); });
}

static ct_result tensor_copy_in_place(ct_tensor self, ct_tensor source) {
    return ct::guarded([&] { ct::get(self).copy_(ct::get(source)); });
}

static ct_result tensor_set_data(ct_tensor self, ct_tensor source) {
    return ct::guarded([&] { ct::get(self).set_data(ct::get(source)); });
}

static ct_result tensor_fill_in_place(ct_tensor self, double value) {
    return ct::guarded([&] { ct::get(self).fill_(value); });
}

static ct_result tensor_add_in_place(ct_tensor self, ct_tensor other, double alpha) {
    return ct::guarded([&] {
        const auto &x = ct::get(self);
        x.add_(ct::get(other), ct::scalar(alpha, x));
    });
}

static ct_result tensor_mul_in_place(ct_tensor self, double factor) {
    return ct::guarded([&] {
        const auto &x = ct::get(self);
        x.mul_(ct::scalar(factor, x));
    });
}

void ct::add_tensor(ct_functions &table) {
    table.tensor_empty = tensor_empty;
    table.tensor_full = tensor_full;
    table.tensor_arange = tensor_arange;
    table.tensor_from_bytes = tensor_from_bytes;
    table.tensor_to_bytes = tensor_to_bytes;
    table.tensor_alias = tensor_alias;
    table.tensor_free = tensor_free;
    table.tensor_dim = tensor_dim;
    table.tensor_size = tensor_size;
    table.tensor_stride = tensor_stride;
    table.tensor_dtype = tensor_dtype;
    table.tensor_device = tensor_device;
    table.tensor_is_contiguous = tensor_is_contiguous;
    table.tensor_is_same = tensor_is_same;
    table.tensor_data = tensor_data;
    table.tensor_item_double = tensor_item_double;
    table.tensor_item_int = tensor_item_int;
    table.tensor_to = tensor_to;
    table.tensor_contiguous = tensor_contiguous;
    table.tensor_clone = tensor_clone;
    table.tensor_detach = tensor_detach;
    table.tensor_copy_in_place = tensor_copy_in_place;
    table.tensor_set_data = tensor_set_data;
    table.tensor_fill_in_place = tensor_fill_in_place;
    table.tensor_add_in_place = tensor_add_in_place;
    table.tensor_mul_in_place = tensor_mul_in_place;
}
