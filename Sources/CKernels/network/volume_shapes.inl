// What the kernels of volumes share: where channels lie, and the sizes of a convolution's two sides.

// Channels of voxels that stand in one or two tensors; the second's are the last ones.
template <typename Element> struct Channeled {
    Element *first, *second;
    int64_t first_count, second_count;

    int64_t count() const { return first_count + second_count; }
    // Channel c of the first voxel, and the distance between voxels there.
    Element *at(int64_t c) const { return c < first_count ? first + c : second + (c - first_count); }
    int64_t step(int64_t c) const { return c < first_count ? first_count : second_count; }
};

template <typename Element>
inline Channeled<Element> channels_of(const ck_volume_convolution &s, Element *first, Element *second) {
    return {first, second, s.inputs - s.joined, s.joined};
}

template <typename Element> inline Channeled<Element> channels_of(Element *images, int64_t count) {
    return {images, nullptr, count, 0};
}

inline int64_t volume_of(const int64_t (&sizes)[3]) { return sizes[0] * sizes[1] * sizes[2]; }

// Along one axis.
inline int64_t output_size(const ck_volume_convolution &s, int axis) {
    return (s.sizes[axis] + 2 * s.padding[axis] - s.kernel[axis]) / s.stride[axis] + 1;
}

// Taps of a kernel as it stands in planes of depth 1 as in volumes.
inline int64_t taps_of(const ck_volume_convolution &s) { return volume_of(s.kernel); }

// Calls each(count, body) like `parallel`, on all threads or on this one.
struct Serially {
    template <typename Body> void operator()(int64_t count, Body &&body) const {
        for (int64_t i = 0; i < count; i++) body(i);
    }
};
struct InParallel {
    template <typename Body> void operator()(int64_t count, Body &&body) const {
        parallel(count, [&](int64_t i) { body(i); });
    }
};
