// 3×3 convolutions at the ends of a network, where there are too few channels on one side for tiles to pay: from the
// image's one or three channels to vectors of them, and from vectors to a score for each class.
//
// The few channels are read as planes. Both ends then share two passes: one spreads planes over vectors of channels (the
// first convolution, and the gradient of the last one's input), the other gathers the products of planes and vectors (the
// gradient of either's weights).

// Planes of an image with few channels: element (image, channel, pixel) lies at image·image_step + channel·channel_step +
// pixel·pixel_step.
template <typename Element> struct Planes {
    const Element *elements;
    int64_t image_step, channel_step, pixel_step;
};

// The plane's rows around `y` with a pixel of zeros at either end: three rows of width + 2.
template <typename Element>
inline void copy_rows(
    const Planes<Element> &planes, const ck_convolution &s, int64_t image, int64_t channel, int64_t y, float *rows) {
    const Element *plane = planes.elements + image * planes.image_step + channel * planes.channel_step;
    for (int64_t i = -1; i <= 1; i++, rows += s.width + 2) {
        rows[0] = rows[s.width + 1] = 0;
        if (y + i < 0 || y + i >= s.height) {
            std::fill(rows, rows + s.width + 2, 0.f);
        } else {
            for (int64_t x = 0; x < s.width; x++) rows[x + 1] = number(plane[((y + i) * s.width + x) * planes.pixel_step]);
        }
    }
}

// output[pixel][channel] = Σ plane[pixel + tap]·weights[plane][tap][channel] + bias, which may be NULL.
template <typename Input, typename Output>
inline void spread_planes(
    const ck_convolution &s, const Planes<Input> &planes, int64_t count, int64_t channels, const float *weights,
    const float *bias, Output *output) {
    const int64_t wide = s.width + 2;
    parallel(s.images * s.height, [&](int64_t row) {
        float *rows = scratch(Scratch::row, count * 3 * wide);
        float *sums = scratch(Scratch::sums, s.width * lanes);
        for (int64_t plane = 0; plane < count; plane++) {
            copy_rows(planes, s, row / s.height, plane, row % s.height, rows + plane * 3 * wide);
        }
        for (int64_t c = 0; c < channels; c += lanes) {
            for (int64_t plane = 0; plane < count; plane++) {
                const float *from = rows + plane * 3 * wide;
                F weight[9];
                for (int tap = 0; tap < 9; tap++) weight[tap] = load_channels(weights + (plane * 9 + tap) * channels + c);
                const F first = bias ? load_channels(bias + c) : all(0.f);
                const bool last = plane + 1 == count;
                for (int64_t x = 0; x < s.width; x++) {
                    F sum = plane == 0 ? first : load_channels(sums + x * lanes);
#pragma clang loop unroll(full)
                    for (int tap = 0; tap < 9; tap++) sum += all(from[tap / 3 * wide + x + tap % 3]) * weight[tap];
                    if (last) {
                        store_channels(output + (row * s.width + x) * channels + c, sum);
                    } else {
                        store_channels(sums + x * lanes, sum);
                    }
                }
            }
        }
    });
}

// sums[plane][tap][channel] = Σ plane[pixel + tap]·vectors[pixel][channel] over the pixels of all images.
template <typename Few, typename Many>
inline Vector<double> gather_planes(
    const ck_convolution &s, const Planes<Few> &planes, int64_t count, int64_t channels, const Many *vectors) {
    constexpr int64_t rows_together = 8;
    const int64_t height = s.images * s.height, chunks = (height + rows_together - 1) / rows_together;
    const int64_t size = count * 9 * channels;
    float *partial = scratch(Scratch::partial, chunks * size);
    parallel(chunks, [&](int64_t chunk) {
        float *rows = scratch(Scratch::row, 3 * (s.width + 2));
        std::fill(partial + chunk * size, partial + (chunk + 1) * size, 0.f);
        for (int64_t row = chunk * rows_together; row < std::min(height, (chunk + 1) * rows_together); row++) {
            for (int64_t plane = 0; plane < count; plane++) {
                copy_rows(planes, s, row / s.height, plane, row % s.height, rows);
                for (int64_t c = 0; c < channels; c += lanes) {
                    float *sums = partial + chunk * size + plane * 9 * channels + c;
                    F sum[9];
                    for (int tap = 0; tap < 9; tap++) sum[tap] = load_channels(sums + tap * channels);
                    for (int64_t x = 0; x < s.width; x++) {
                        const F right = load_channels(vectors + (row * s.width + x) * channels + c);
#pragma clang loop unroll(full)
                        for (int tap = 0; tap < 9; tap++) {
                            sum[tap] += all(rows[tap / 3 * (s.width + 2) + x + tap % 3]) * right;
                        }
                    }
                    for (int tap = 0; tap < 9; tap++) store_channels(sums + tap * channels, sum[tap]);
                }
            }
        }
    });
    Vector<double> totals(static_cast<size_t>(size));
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
        for (int64_t i = 0; i < size; i++) totals[static_cast<size_t>(i)] += partial[chunk * size + i];
    }
    return totals;
}

// MARK: The first convolution

template <typename Element> inline Planes<Element> planes_of_pixels(const ck_convolution &s, const Element *input) {
    return {input, s.height * s.width * s.inputs, 1, s.inputs};
}

template <typename Element>
inline void convolve_few_inputs(
    const ck_convolution &s, const Element *input, const float *weight, const float *bias, Element *output) {
    float *packed = scratch(Scratch::weights, 9 * s.inputs * s.outputs);
    for (int64_t out = 0; out < s.outputs; out++) {
        for (int64_t i = 0; i < 9 * s.inputs; i++) packed[i * s.outputs + out] = weight[out * 9 * s.inputs + i];
    }
    spread_planes(s, planes_of_pixels(s, input), s.inputs, s.outputs, packed, bias, output);
}

template <typename Element>
inline void weight_gradient_of_few_inputs(
    const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    const auto sums = gather_planes(s, planes_of_pixels(s, input), s.inputs, s.outputs, incoming);
    for (int64_t out = 0; out < s.outputs; out++) {
        for (int64_t i = 0; i < 9 * s.inputs; i++) {
            gradient[out * 9 * s.inputs + i] = static_cast<float>(sums[static_cast<size_t>(i * s.outputs + out)]);
        }
    }
}

// MARK: The last convolution

// Calls body(tap, offset of the tap's pixel) for the taps that lie inside of the image.
template <typename Body>
inline void for_taps(int64_t height, int64_t width, int64_t y, int64_t x, Body &&body) {
    if (y > 0 && x > 0 && y + 1 < height && x + 1 < width) {
#pragma clang loop unroll(full)
        for (int tap = 0; tap < 9; tap++) body(tap, (tap / 3 - 1) * width + tap % 3 - 1);
        return;
    }
    for (int tap = 0; tap < 9; tap++) {
        const int64_t dy = tap / 3 - 1, dx = tap % 3 - 1;
        if (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width) body(tap, dy * width + dx);
    }
}

// Classes first … first + Together of a row of pixels; packed: [class][tap][input].
template <int Together, typename Element>
inline void score_row(
    const ck_convolution &s, const Element *input, const float *packed, const float *bias, int64_t first, int64_t row,
    float *scores) {
    const int64_t y = row % s.height, image = row / s.height, plane = s.height * s.width;
    for (int64_t begin = 0; begin < s.width; begin += lanes) {
        const int64_t count = std::min<int64_t>(lanes, s.width - begin);
        F sums[Together][lanes];
        for (int64_t i = 0; i < lanes; i++) {
            F sum[Together];
            for (int k = 0; k < Together; k++) sum[k] = all(0.f);
            const Element *center = input + (row * s.width + begin + i) * s.inputs;
            for (int64_t in = 0; i < count && in < s.inputs; in += lanes) {
                for_taps(s.height, s.width, y, begin + i, [&](int tap, int64_t offset) {
                    const F x = load_channels(center + offset * s.inputs + in);
                    for (int k = 0; k < Together; k++) {
                        sum[k] += x * load_channels(packed + ((first + k) * 9 + tap) * s.inputs + in);
                    }
                });
            }
            for (int k = 0; k < Together; k++) sums[k][i] = sum[k];
        }
        for (int k = 0; k < Together; k++) {
            const F value = sums_of_lanes(sums[k]) + all(bias[first + k]);
            std::memcpy(
                scores + (image * s.outputs + first + k) * plane + y * s.width + begin, &value,
                sizeof(float) * static_cast<size_t>(count));
        }
    }
}

// [class][tap][input], the taps turned around where asked for.
inline float *pack_score_weights(const ck_convolution &s, const float *weight, bool turned) {
    float *packed = scratch(Scratch::weights, 9 * s.inputs * s.outputs);
    for (int64_t k = 0; k < s.outputs; k++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < 9; tap++) {
                packed[(k * 9 + tap) * s.inputs + in] = weight[(k * s.inputs + in) * 9 + (turned ? 8 - tap : tap)];
            }
        }
    }
    return packed;
}

template <typename Element>
void score(const ck_convolution &s, const Element *input, const float *weight, const float *bias, float *scores) {
    const float *packed = pack_score_weights(s, weight, /*turned*/ false);
    parallel(s.images * s.height, [&](int64_t row) {
        int64_t k = 0;
        for (; k + 2 <= s.outputs; k += 2) score_row<2>(s, input, packed, bias, k, row, scores);
        if (k < s.outputs) score_row<1>(s, input, packed, bias, k, row, scores);
    });
}

// What a pixel gives through a tap comes back to it from the other side: both gradients turn the taps around.
template <typename Element>
void score_backward(
    const ck_convolution &s, const Element *input, const float *weight, const float *incoming, Element *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    const int64_t plane = s.height * s.width;
    const Planes<float> planes{incoming, s.outputs * plane, plane, 1};
    const float *packed = pack_score_weights(s, weight, /*turned*/ true);
    spread_planes(s, planes, s.outputs, s.inputs, packed, nullptr, input_gradient);
    const auto sums = gather_planes(s, planes, s.outputs, s.inputs, input);
    for (int64_t k = 0; k < s.outputs; k++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < 9; tap++) {
                weight_gradient[(k * s.inputs + in) * 9 + 8 - tap] =
                    static_cast<float>(sums[static_cast<size_t>((k * 9 + tap) * s.inputs + in)]);
            }
        }
        double total = 0;
        for (int64_t row = 0; row < s.images * s.height; row++) {
            const int64_t image = row / s.height;
            const float *from = incoming + (image * s.outputs + k) * plane + row % s.height * s.width;
            float sum = 0;
            for (int64_t x = 0; x < s.width; x++) sum += from[x];
            total += sum;
        }
        bias_gradient[k] = static_cast<float>(total);
    }
}
