// Errors, threads, devices.

#include "guarded.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <ATen/ops/zeros.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <dlfcn.h>

static ct_error_kind error_get_kind(const ct_error *error) { return error->kind; }
static const char *error_get_message(const ct_error *error) { return error->message.c_str(); }
static void error_free(ct_error *error) { delete error; }

static ct_result set_threads(int32_t count) {
    return ct::guarded([&] { at::set_num_threads(count); });
}

static int32_t get_threads(void) { return at::get_num_threads(); }

static const char *cpu_capability(void) {
    static const std::string name = at::get_cpu_capability();
    return name.c_str();
}

static void set_deterministic(bool on) {
    // cuBLAS reads it when it is first used; what the user set stands.
    if (on) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
    at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/false);
    at::globalContext().setDeterministicCuDNN(on);
    // To write NaN into memory that is about to be written costs a pass, and shows faults of libtorch's alone.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
}

static bool get_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

static ct_result set_tf32(bool on) {
    return ct::guarded([&] {
        at::globalContext().setAllowTF32CuBLAS(on);
        at::globalContext().setAllowTF32CuDNN(on);
    });
}

// libtorch_cuda is loaded when a CUDA device is first asked for, not linked: a CUDA build of libtorch then works on the
// CPU of a machine without NVIDIA's libraries, and a CPU run does not pay seconds for loading them. It must come
// before libtorch first asks for its CUDA hooks, which it caches.
static void load_cuda() {
#if defined(__linux__)
    static void *library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
    if (library) return;
    static const std::string reason = dlerror();
    TORCH_CHECK(false, "libtorch's CUDA part cannot be loaded: ", reason);
#else
    TORCH_CHECK(false, "libtorch has no CUDA part on this system");
#endif
}

static ct_result device_prepare(ct_device handle) {
    return ct::guarded([&] {
        if (handle.type == CT_CUDA) {
            load_cuda();
            const int count = at::detail::getCUDAHooks().deviceCount();
            TORCH_CHECK(count > 0, "no CUDA device was found (is the NVIDIA driver installed?)");
            TORCH_CHECK(handle.index < count, "there are ", count, " CUDA devices, numbered from 0");
        }
        // What libtorch itself says then is seven thousand characters long.
        TORCH_CHECK(handle.type != CT_MPS || at::detail::getMPSHooks().hasMPS(), "this libtorch has no MPS, or the system none");
        at::zeros({1}, at::TensorOptions().device(ct::device(handle)).dtype(at::kFloat));
    });
}

static ct_result device_free_bytes(ct_device handle, int64_t *out) {
    return ct::guarded([&] {
        const auto device = ct::device(handle);
        auto *const allocator = c10::getDeviceAllocator(device.type());
        // What this process freed counts as taken until it is given back.
        allocator->emptyCache();
        *out = static_cast<int64_t>(allocator->getMemoryInfo(device.index()).first);
    });
}

namespace {

// libtorch's allocator for the CPU says in prose alone that memory is exhausted. Here that has a type, as on the other devices.
class TypedAllocator final : public c10::Allocator {
    c10::Allocator *const own = c10::GetCPUAllocator();

  public:
    c10::DataPtr allocate(size_t bytes) override {
        try {
            return own->allocate(bytes);
        } catch (const c10::Error &) {
            TORCH_CHECK_WITH(OutOfMemoryError, false, (bytes + 999'999) / 1'000'000, " MB of memory could not be allocated");
        }
    }

    c10::DeleterFnPtr raw_deleter() const override { return own->raw_deleter(); }
    void copy_data(void *to, const void *from, size_t bytes) const override { own->copy_data(to, from, bytes); }
};

} // namespace

void ct::add_library(ct_functions &table) {
    // Never destroyed: tensors may outlive whatever this file destroys.
    static auto *const allocator = new TypedAllocator;
    c10::SetCPUAllocator(allocator, /*priority*/ 0);
    table.error_get_kind = error_get_kind;
    table.error_get_message = error_get_message;
    table.error_free = error_free;
    table.set_threads = set_threads;
    table.get_threads = get_threads;
    table.cpu_capability = cpu_capability;
    table.set_deterministic = set_deterministic;
    table.get_deterministic = get_deterministic;
    table.set_tf32 = set_tf32;
    table.device_prepare = device_prepare;
    table.device_free_bytes = device_free_bytes;
}
