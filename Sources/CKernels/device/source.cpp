// The source of the device's kernels.

#include "CKernelsDevice.h"

#include <string>

static_assert(CK_DEVICE_TERMS == sizeof(ck_device_terms::terms) / sizeof(ck_device_term));

#pragma clang diagnostic ignored "-Wc23-extensions"

const char *ck_device_source(void) {
    static const char types[] = {
#embed "../include/CKernelsDeviceTypes.h"
        , 0};
    static const char objectives[] = {
#embed "objectives.inl"
        , 0};
    static const char kernels[] = {
#embed "kernels.inl"
        , 0};
    static const std::string source = "#define CK_INLINE __device__ __forceinline__\n#define CK_THREADS " +
        std::to_string(static_cast<int>(CK_DEVICE_THREADS)) + "\n" + types + objectives + kernels;
    return source.c_str();
}
