// A convolution of volumes and its gradients: by tiles, plane by plane where the kernel sees no other plane, or by gathering.

// Whether tiles of 3×3×3 pay: not where the weights' transforms outweigh the few voxels' products. One image decides, so that its
// results do not depend on how many there are.
inline bool goes_by_volume_tiles(const ck_volume_convolution &s) {
    for (int axis = 0; axis < 3; axis++) {
        if (s.kernel[axis] != 3 || s.stride[axis] != 1 || s.padding[axis] != 1) return false;
    }
    return s.inputs % lanes == 0 && volume_of(s.sizes) >= 512;
}

// Whether the kernel sees one plane alone, as the tiles of planes take it.
inline bool goes_by_plane_tiles(const ck_volume_convolution &s) {
    const bool is_plane = s.kernel[0] == 1 && s.kernel[1] == 3 && s.kernel[2] == 3 && s.padding[0] == 0 && s.padding[1] == 1 &&
        s.padding[2] == 1 && volume_of(s.stride) == 1;
    return is_plane && s.joined == 0 && s.inputs % lanes == 0;
}

inline ck_convolution as_planes(const ck_volume_convolution &s, int64_t inputs, int64_t outputs) {
    return {s.storage, s.images * s.sizes[0], s.sizes[1], s.sizes[2], inputs, outputs};
}

// Calls body(Constant<Z>) with the planes of a tile: more multiply less, but hang over the last plane further, and have larger
// weights.
template <typename Body> inline void with_planes(const ck_volume_convolution &s, Body &&body) {
    const auto products = [&](int64_t planes) { return rounded_up(s.sizes[0], planes) * (planes + 2) / planes; };
    if (products(4) < products(2) && s.inputs * s.outputs <= 64 * 128) {
        body(Constant<4>{});
    } else {
        body(Constant<2>{});
    }
}

template <typename Element>
void convolve_volume(
    const ck_volume_convolution &s, const Element *input, const Element *joined, const float *weight, const float *bias,
    Element *output) {
    const auto from = channels_of<const Element>(s, input, joined);
    const auto to = channels_of(output, s.outputs);
    if (goes_by_volume_tiles(s)) {
        with_planes(s, [&](auto planes) {
            convolve_volume_by_tiles<decltype(planes)::value>(s, from, weight, /*turned*/ false, bias, to);
        });
    } else if (goes_by_plane_tiles(s)) {
        convolve_by_tiles<Element>(as_planes(s, s.inputs, s.outputs), input, weight, /*turned*/ false, bias, nullptr, output);
    } else {
        convolve_gathered(s, gathering_forward(s), from, weight, /*turned*/ false, bias, to);
    }
}

template <typename Element>
void convolve_volume_input_gradient(
    const ck_volume_convolution &s, const Element *incoming, const float *weight, const float *bias, Element *gradient,
    Element *joined) {
    const auto from = channels_of(incoming, s.outputs);
    const auto to = channels_of(s, gradient, joined);
    if (goes_by_volume_tiles(s)) {
        with_planes(s, [&](auto planes) {
            convolve_volume_by_tiles<decltype(planes)::value>(s, from, weight, /*turned*/ true, bias, to);
        });
    } else if (goes_by_plane_tiles(s)) {
        convolve_by_tiles<Element>(as_planes(s, s.outputs, s.inputs), incoming, weight, /*turned*/ true, bias, nullptr, gradient);
    } else {
        input_gradient_gathered(s, from, weight, bias, to);
    }
}

template <typename Element>
void convolve_volume_weight_gradient(
    const ck_volume_convolution &s, const Element *input, const Element *joined, const Element *incoming, float *gradient) {
    const auto from = channels_of<const Element>(s, input, joined);
    if (goes_by_volume_tiles(s)) {
        with_planes(s, [&](auto planes) {
            volume_weight_gradient_by_tiles<decltype(planes)::value>(s, from, channels_of(incoming, s.outputs), gradient);
        });
    } else if (goes_by_plane_tiles(s)) {
        weight_gradient_by_tiles(as_planes(s, s.inputs, s.outputs), input, incoming, gradient);
    } else {
        weight_gradient_gathered(s, from, incoming, gradient);
    }
}
