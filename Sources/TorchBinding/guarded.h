// How a libtorch call becomes a C function: exceptions turn into owned errors, handles into tensors and back.

#pragma once

#if !__has_include(<ATen/core/Tensor.h>)
#error "libtorch was not found: run Scripts/bootstrap (it fills .libtorch/), or set LIBTORCH to a folder that holds include/ and lib/."
#endif

#include <torch/headeronly/version.h>

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 15
#error "MarginSeg builds against libtorch 2.11 to 2.15 (tested: 2.11.0 and 2.13.0): run Scripts/bootstrap, or set LIBTORCH to one of these."
#endif

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "CTorch.h"

struct ct_error {
    ct_error_kind kind;
    std::string message;
};

namespace ct {

inline ct_error *make_error(ct_error_kind kind, const char *message) noexcept { return new ct_error{kind, message}; }

// Runs `body`. The kind of an error comes from the exception's type, never from its text.
template <typename Body> ct_result guarded(Body &&body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const c10::IndexError &error) {
        return make_error(CT_ERROR_INDEX, error.what_without_backtrace());
    } catch (const c10::ValueError &error) {
        return make_error(CT_ERROR_VALUE, error.what_without_backtrace());
    } catch (const c10::TypeError &error) {
        return make_error(CT_ERROR_TYPE, error.what_without_backtrace());
    } catch (const c10::NotImplementedError &error) {
        return make_error(CT_ERROR_NOT_IMPLEMENTED, error.what_without_backtrace());
    } catch (const c10::OutOfMemoryError &error) {
        return make_error(CT_ERROR_OUT_OF_MEMORY, error.what_without_backtrace());
    } catch (const c10::AcceleratorError &error) {
        return make_error(CT_ERROR_DEVICE, error.what_without_backtrace());
    } catch (const c10::Error &error) {
        return make_error(CT_ERROR_RUNTIME, error.what_without_backtrace());
    } catch (const std::bad_alloc &) {
        return make_error(CT_ERROR_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception &error) {
        return make_error(CT_ERROR_RUNTIME, error.what());
    } catch (...) {
        return make_error(CT_ERROR_UNKNOWN, "an exception of an unknown type");
    }
}

inline at::Tensor &get(ct_tensor handle) { return *static_cast<at::Tensor *>(handle.impl); }

inline std::optional<at::Tensor> get_optional(ct_tensor handle) {
    return handle.impl ? std::optional<at::Tensor>(get(handle)) : std::nullopt;
}

inline at::Generator &get(ct_generator handle) { return *static_cast<at::Generator *>(handle.impl); }

inline void give(ct_tensor *out, at::Tensor &&tensor) { out->impl = new at::Tensor(std::move(tensor)); }

inline at::IntArrayRef ints(const int64_t *values, size_t count) { return {values, count}; }

inline std::vector<at::Tensor> list(const ct_tensor *handles, size_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (size_t i = 0; i < count; i++) tensors.push_back(get(handles[i]));
    return tensors;
}

// A whole number beside a tensor of integers stays an integer, so that the tensor keeps its dtype, as with Python's
// numbers. Only below 2^63 has the conversion a meaning.
inline at::Scalar scalar(double value, const at::Tensor &beside) {
    const bool whole = !beside.is_floating_point() && std::abs(value) < 0x1p63 && value == std::trunc(value);
    return whole ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value);
}

inline at::ScalarType scalar_type(ct_dtype dtype) { return static_cast<at::ScalarType>(dtype); }

inline at::Device device(ct_device handle) {
    switch (handle.type) {
    case CT_CUDA: return {at::DeviceType::CUDA, static_cast<at::DeviceIndex>(handle.index)};
    case CT_MPS: return {at::DeviceType::MPS, static_cast<at::DeviceIndex>(handle.index)};
    case CT_CPU: break;
    }
    return at::Device(at::DeviceType::CPU);
}

inline at::MemoryFormat memory_format(ct_memory_format format) {
    switch (format) {
    case CT_CHANNELS_LAST: return at::MemoryFormat::ChannelsLast;
    case CT_CHANNELS_LAST_3D: return at::MemoryFormat::ChannelsLast3d;
    case CT_CONTIGUOUS: break;
    }
    return at::MemoryFormat::Contiguous;
}

// The tensor of a handle, which ends here.
inline at::Tensor take(ct_tensor handle) {
    at::Tensor tensor = std::move(get(handle));
    delete &get(handle);
    return tensor;
}

// Each file enters its functions into the table.
void add_autograd(ct_functions &);
void add_library(ct_functions &);
void add_network(ct_functions &);
void add_optimizers(ct_functions &);
void add_graphs(ct_functions &);
void add_kernels(ct_functions &);
void add_pointwise(ct_functions &);
void add_processes(ct_functions &);
void add_random(ct_functions &);
void add_reduce(ct_functions &);
void add_shape(ct_functions &);
void add_tensor(ct_functions &);
void add_transfers(ct_functions &);

// For the count of transfers: the host waits here for whatever device a tensor is on; a tensor is made of bytes of the host.
void note_wait();
void note_upload();

} // namespace ct
