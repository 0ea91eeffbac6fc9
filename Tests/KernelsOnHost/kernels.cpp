#include "KernelsOnHost.h"

#include <algorithm>
#include <cmath>

namespace {

#define CK_INLINE inline
#include "../../Sources/CKernels/device/objectives.inl"

// Calls body<C>() where the host's form is made for so many classes.
template <typename Body> bool with_classes(int classes, Body &&body) {
    switch (classes) {
    case 2: body.template operator()<2>(); return true;
    case 3: body.template operator()<3>(); return true;
    case 4: body.template operator()<4>(); return true;
    case 5: body.template operator()<5>(); return true;
    case 8: body.template operator()<8>(); return true;
    default: return false;
    }
}

// Calls body(image, pixel) for all pixels in their order.
template <typename Body> void for_pixels(const ck_device_batch &s, Body &&body) {
    for (long long image = 0; image < s.images; image++) {
        for (long long pixel = 0; pixel < s.pixels; pixel++) body(image, pixel);
    }
}

struct Terms {
    const ck_device_terms &s;
    double *value;
    template <int C> void operator()() const {
        *value = 0;
        for_pixels(s.batch, [&](long long image, long long pixel) { *value += terms_of<C>(s, image, pixel); });
    }
};

struct Sums {
    const ck_device_overlap &s;
    float *sums;
    template <int C> void operator()() const {
        std::fill(sums, sums + s.batch.images * C * 2, 0.f);
        for_pixels(s.batch, [&](long long image, long long pixel) {
            overlap_of<C>(s.batch, image, pixel, sums + image * C * 2);
        });
    }
};

struct Gradient {
    const ck_device_overlap &s;
    template <int C> void operator()() const {
        for_pixels(s.batch, [&](long long image, long long pixel) { overlap_gradient_of<C>(s, image, pixel); });
    }
};

} // namespace

bool ck_terms_as_device(const ck_device_terms *terms, int classes, double *value) {
    return with_classes(classes, Terms{*terms, value});
}

bool ck_overlap_sums_as_device(const ck_device_overlap *overlap, int classes, float *sums) {
    return with_classes(classes, Sums{*overlap, sums});
}

bool ck_overlap_gradient_as_device(const ck_device_overlap *overlap, int classes) {
    return with_classes(classes, Gradient{*overlap});
}
