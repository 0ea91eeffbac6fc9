// Kernels in CUDA's language, compiled by NVRTC when they are first wanted and started through the driver. Both libraries are opened
// here and not linked: a machine without a GPU has neither.

#include "guarded.h"

#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <dlfcn.h>

#include <filesystem>
#include <map>
#include <mutex>

namespace {

// Of nvrtc.h and cuda.h, what is used: NVIDIA's headers are not at hand where this is built.
struct Compiler {
    int (*create)(void **program, const char *source, const char *name, int headers, const char *const *, const char *const *);
    int (*compile)(void *program, int count, const char *const *options);
    int (*log_size)(void *program, size_t *size);
    int (*log)(void *program, char *text);
    int (*code_size)(void *program, size_t *size);
    int (*code)(void *program, char *bytes);
    int (*destroy)(void **program);
    const char *(*error)(int);

    explicit Compiler(void *library) {
        find(library, create, "nvrtcCreateProgram");
        find(library, compile, "nvrtcCompileProgram");
        find(library, log_size, "nvrtcGetProgramLogSize");
        find(library, log, "nvrtcGetProgramLog");
        find(library, code_size, "nvrtcGetCUBINSize");
        find(library, code, "nvrtcGetCUBIN");
        find(library, destroy, "nvrtcDestroyProgram");
        find(library, error, "nvrtcGetErrorString");
    }

    template <typename Function> static void find(void *library, Function &function, const char *name) {
        function = reinterpret_cast<Function>(dlsym(library, name));
        TORCH_CHECK(function, name, " was not found");
    }

    std::string machine_code(const char *source, const std::string &architecture, int32_t classes) const {
        void *program = nullptr;
        TORCH_CHECK(create(&program, source, "kernels.cu", 0, nullptr, nullptr) == 0, "NVRTC takes no program");
        const std::string target = "--gpu-architecture=" + architecture, count = "-DCK_CLASSES=" + std::to_string(classes);
        const char *const options[] = {target.c_str(), count.c_str(), "--std=c++17"};
        const int failure = compile(program, 3, options);
        std::string text;
        size_t size = 0;
        if (failure != 0) {
            log_size(program, &size);
            text.resize(size);
            if (size > 0) log(program, text.data());
        } else {
            code_size(program, &size);
            text.resize(size);
            code(program, text.data());
        }
        destroy(&program);
        TORCH_CHECK(failure == 0, "NVRTC, ", architecture, ": ", error(failure), "\n", text.substr(0, 2000));
        return text;
    }
};

struct Driver {
    int (*device)(int *device, int ordinal);
    int (*attribute)(int *value, int attribute, int device);
    int (*retain)(void **context, int device);
    int (*set_current)(void *context);
    int (*load)(void **module, const void *image);
    int (*function)(void **function, void *module, const char *name);
    int (*launch)(
        void *function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned shared, void *stream, void **arguments,
        void **extra);
    int (*error)(int, const char **text);

    Driver() {
        void *library = dlopen("libcuda.so.1", RTLD_NOW);
        TORCH_CHECK(library, "the NVIDIA driver cannot be opened: ", dlerror());
        Compiler::find(library, device, "cuDeviceGet");
        Compiler::find(library, attribute, "cuDeviceGetAttribute");
        Compiler::find(library, retain, "cuDevicePrimaryCtxRetain");
        Compiler::find(library, set_current, "cuCtxSetCurrent");
        Compiler::find(library, load, "cuModuleLoadData");
        Compiler::find(library, function, "cuModuleGetFunction");
        Compiler::find(library, launch, "cuLaunchKernel");
        Compiler::find(library, error, "cuGetErrorString");
    }

    void check(int result, const char *what) const {
        if (result == 0) return;
        const char *text = nullptr;
        error(result, &text);
        TORCH_CHECK(false, what, ": ", text ? text : "unknown error", " (", result, ")");
    }
};

// NVRTC as it comes with libtorch's CUDA libraries, or the one that is named.
void *compiler_library(const char *named) {
    if (named) {
        void *library = dlopen(named, RTLD_NOW);
        TORCH_CHECK(library, "NVRTC cannot be opened: ", dlerror());
        return library;
    }
    std::vector<std::string> names;
    Dl_info place;
    if (dladdr(reinterpret_cast<void *>(at::get_num_threads), &place) != 0 && place.dli_fname) {
        // Beside libtorch's folder as it came from PyPI.
        const auto packages = std::filesystem::path(place.dli_fname).parent_path() / ".." / ".." / "nvidia";
        names.push_back((packages / "cu13/lib/libnvrtc.so.13").string());
        names.push_back((packages / "cuda_nvrtc/lib/libnvrtc.so.12").string());
    }
    names.insert(names.end(), {"libnvrtc.so.13", "libnvrtc.so.12"});
    for (const auto &name : names) {
        if (void *library = dlopen(name.c_str(), RTLD_NOW)) return library;
    }
    TORCH_CHECK(false, "NVRTC was not found beside libtorch");
}

// The kernels of a source for a number of classes, on one device.
class Module {
    const Driver &driver;
    void *context = nullptr, *module = nullptr;

  public:
    Module(const Compiler &compiler, const Driver &driver, int ordinal, const char *source, int32_t classes) : driver(driver) {
        int device = 0, major = 0, minor = 0;
        driver.check(driver.device(&device, ordinal), "the device");
        constexpr int compute_capability_major = 75, compute_capability_minor = 76;
        driver.check(driver.attribute(&major, compute_capability_major, device), "its architecture");
        driver.check(driver.attribute(&minor, compute_capability_minor, device), "its architecture");
        driver.check(driver.retain(&context, device), "its context");
        const auto architecture = "sm_" + std::to_string(10 * major + minor);
        const auto code = compiler.machine_code(source, architecture, classes);
        driver.check(driver.set_current(context), "its context");
        driver.check(driver.load(&module, code.data()), "loading kernels");
    }

    void launch(const char *name, const int32_t *blocks, int32_t threads, const void *const *arguments, void *stream) const {
        // Backward passes run on threads of their own.
        driver.check(driver.set_current(context), "the device's context");
        void *function = nullptr;
        driver.check(driver.function(&function, module, name), name);
        driver.check(
            driver.launch(
                function, static_cast<unsigned>(blocks[0]), static_cast<unsigned>(blocks[1]), 1, static_cast<unsigned>(threads), 1, 1,
                0, stream, const_cast<void **>(arguments), nullptr),
            name);
    }
};

} // namespace

static ct_result kernel_compile(
    const char *source, int32_t classes, const char *architecture, const char *library, int64_t *byte_count) {
    return ct::guarded([&] {
        const Compiler compiler(compiler_library(library));
        *byte_count = static_cast<int64_t>(compiler.machine_code(source, architecture, classes).size());
    });
}

static ct_result kernel_launch(
    ct_device handle, const char *source, int32_t classes, const char *name, const int32_t *blocks, int32_t threads,
    const void *const *arguments) {
    return ct::guarded([&] {
        static std::mutex mutex;
        static std::map<std::tuple<int, const char *, int32_t>, std::unique_ptr<const Module>> modules;
        const auto device = ct::device(handle);
        const auto stream = c10::impl::VirtualGuardImpl(device.type()).getStream(device);
        const Module *module;
        {
            const std::lock_guard lock(mutex);
            static const Compiler compiler(compiler_library(nullptr));
            static const Driver driver;
            auto &made = modules[{device.index(), source, classes}];
            if (!made) made = std::make_unique<const Module>(compiler, driver, device.index(), source, classes);
            module = made.get();
        }
        module->launch(name, blocks, threads, arguments, stream.native_handle());
    });
}

void ct::add_kernels(ct_functions &table) {
    table.kernel_compile = kernel_compile;
    table.kernel_launch = kernel_launch;
}
