// Errors, threads, devices, the allocator.

#include "guarded.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/zeros.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

ct_error_kind ct_error_get_kind(const ct_error *error) { return error->kind; }
const char *ct_error_get_message(const ct_error *error) { return error->message.c_str(); }
void ct_error_free(ct_error *error) { delete error; }

const char *ct_version(void) { return TORCH_VERSION; }

ct_error *ct_set_threads(int32_t count) {
    return ct::guarded([&] { at::set_num_threads(count); });
}

int32_t ct_get_threads(void) { return at::get_num_threads(); }

const char *ct_cpu_capability(void) {
    static const std::string name = at::get_cpu_capability();
    return name.c_str();
}

void ct_set_deterministic(bool on) { at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/false); }
bool ct_get_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

void ct_keep_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 2047 << 20);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
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

ct_error *ct_device_prepare(ct_device handle) {
    return ct::guarded([&] {
        if (handle.type == CT_CUDA) {
            load_cuda();
            const int count = at::detail::getCUDAHooks().deviceCount();
            TORCH_CHECK(count > 0, "no CUDA device was found (is the NVIDIA driver installed?)");
            TORCH_CHECK(handle.index < count, "there are ", count, " CUDA devices, numbered from 0");
        }
        at::zeros({1}, at::TensorOptions().device(ct::device(handle)).dtype(at::kFloat));
    });
}
