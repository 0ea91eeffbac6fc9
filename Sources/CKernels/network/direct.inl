// 3×3 convolutions at the ends of a network, where there are too few channels on one side for tiles to pay: from the
// image's one or three channels, and to a score for each class.

// Calls body(tap, offset of the tap's pixel) for the taps that lie inside of the image.
template <typename Body>
inline void for_taps(int64_t height, int64_t width, int64_t y, int64_t x, Body &&body) {
    const bool inside = y > 0 && x > 0 && y + 1 < height && x + 1 < width;
    for (int tap = 0; tap < 9; tap++) {
        const int64_t dy = tap / 3 - 1, dx = tap % 3 - 1;
        if (inside || (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width)) body(tap, dy * width + dx);
    }
}

// Rows of images in chunks of fixed length, for sums over them.
constexpr int64_t rows_together = 8;

inline void convolve_few_inputs(
    const ck_convolution &s, const float *input, const float *weight, const float *bias, float *output) {
    // [tap][input][output]
    float *packed = scratch(Scratch::weights, 9 * s.inputs * s.outputs);
    for (int64_t out = 0; out < s.outputs; out++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < 9; tap++) {
                packed[(tap * s.inputs + in) * s.outputs + out] = weight[(out * s.inputs + in) * 9 + tap];
            }
        }
    }
    parallel(s.images * s.height, [&](int64_t row) {
        const int64_t y = row % s.height;
        for (int64_t x = 0; x < s.width; x++) {
            const int64_t pixel = row * s.width + x;
            for (int64_t out = 0; out < s.outputs; out += lanes) {
                F sum = load_channels(bias + out);
                for_taps(s.height, s.width, y, x, [&](int tap, int64_t offset) {
                    const float *from = input + (pixel + offset) * s.inputs;
                    const float *weights = packed + tap * s.inputs * s.outputs + out;
                    for (int64_t in = 0; in < s.inputs; in++) {
                        sum += all(from[in]) * load_channels(weights + in * s.outputs);
                    }
                });
                store_channels(output + pixel * s.outputs + out, sum);
            }
        }
    });
}

inline void weight_gradient_of_few_inputs(
    const ck_convolution &s, const float *input, const float *incoming, float *gradient) {
    const int64_t rows = s.images * s.height, chunks = (rows + rows_together - 1) / rows_together;
    const int64_t size = 9 * s.inputs * s.outputs;
    float *partial = scratch(Scratch::partial, chunks * size);
    parallel(chunks, [&](int64_t chunk) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t out = 0; out < s.outputs; out += lanes) {
                F sum[9];
                for (int tap = 0; tap < 9; tap++) sum[tap] = all(0.f);
                for (int64_t row = chunk * rows_together; row < std::min(rows, (chunk + 1) * rows_together); row++) {
                    for (int64_t x = 0; x < s.width; x++) {
                        const int64_t pixel = row * s.width + x;
                        const F right = load_channels(incoming + pixel * s.outputs + out);
                        for_taps(s.height, s.width, row % s.height, x, [&](int tap, int64_t offset) {
                            sum[tap] += all(input[(pixel + offset) * s.inputs + in]) * right;
                        });
                    }
                }
                for (int tap = 0; tap < 9; tap++) {
                    store_channels(partial + chunk * size + (tap * s.inputs + in) * s.outputs + out, sum[tap]);
                }
            }
        }
    });
    for (int64_t tap = 0; tap < 9; tap++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t out = 0; out < s.outputs; out++) {
                double total = 0;
                for (int64_t chunk = 0; chunk < chunks; chunk++) {
                    total += partial[chunk * size + (tap * s.inputs + in) * s.outputs + out];
                }
                gradient[(out * s.inputs + in) * 9 + tap] = static_cast<float>(total);
            }
        }
    }
}

// [class][tap][input]
inline float *pack_score_weights(const ck_convolution &s, const float *weight) {
    float *packed = scratch(Scratch::weights, 9 * s.inputs * s.outputs);
    for (int64_t k = 0; k < s.outputs; k++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < 9; tap++) {
                packed[(k * 9 + tap) * s.inputs + in] = weight[(k * s.inputs + in) * 9 + tap];
            }
        }
    }
    return packed;
}

// The sums of the lanes of sixteen vectors, as one vector.
inline F sums_of_lanes(const F *x) {
    float columns[lanes][lanes];
    for (int i = 0; i < lanes; i++) {
        for (int lane = 0; lane < lanes; lane++) columns[lane][i] = x[i][lane];
    }
    F sum = all(0.f);
    for (int lane = 0; lane < lanes; lane++) sum += load_channels(columns[lane]);
    return sum;
}

// Classes first … first + Together of a row of pixels.
template <int Together>
inline void score_row(
    const ck_convolution &s, const float *input, const float *packed, const float *bias, int64_t first, int64_t row,
    float *scores) {
    const int64_t y = row % s.height, image = row / s.height, plane = s.height * s.width;
    for (int64_t begin = 0; begin < s.width; begin += lanes) {
        const int64_t count = std::min<int64_t>(lanes, s.width - begin);
        F sums[Together][lanes];
        for (int64_t i = 0; i < lanes; i++) {
            for (int k = 0; k < Together; k++) sums[k][i] = all(0.f);
            if (i >= count) continue;
            const float *center = input + (row * s.width + begin + i) * s.inputs;
            for_taps(s.height, s.width, y, begin + i, [&](int tap, int64_t offset) {
                for (int64_t in = 0; in < s.inputs; in += lanes) {
                    const F x = load_channels(center + offset * s.inputs + in);
                    for (int k = 0; k < Together; k++) {
                        sums[k][i] += x * load_channels(packed + ((first + k) * 9 + tap) * s.inputs + in);
                    }
                }
            });
        }
        for (int k = 0; k < Together; k++) {
            const F value = sums_of_lanes(sums[k]) + all(bias[first + k]);
            std::memcpy(
                scores + (image * s.outputs + first + k) * plane + y * s.width + begin, &value,
                sizeof(float) * static_cast<size_t>(count));
        }
    }
}

void score(const ck_convolution &s, const float *input, const float *weight, const float *bias, float *scores) {
    const float *packed = pack_score_weights(s, weight);
    parallel(s.images * s.height, [&](int64_t row) {
        int64_t k = 0;
        for (; k + 2 <= s.outputs; k += 2) score_row<2>(s, input, packed, bias, k, row, scores);
        if (k < s.outputs) score_row<1>(s, input, packed, bias, k, row, scores);
    });
}

void score_backward(
    const ck_convolution &s, const float *input, const float *weight, const float *incoming, float *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    const float *packed = pack_score_weights(s, weight);
    const int64_t plane = s.height * s.width, rows = s.images * s.height;
    const int64_t chunks = (rows + rows_together - 1) / rows_together, size = 9 * s.inputs * s.outputs;
    float *partial = scratch(Scratch::partial, chunks * (size + s.outputs));
    parallel(chunks, [&](int64_t chunk) {
        const int64_t first = chunk * rows_together, end = std::min(rows, first + rows_together);
        for (int64_t row = first; row < end; row++) {
            const int64_t y = row % s.height, image = row / s.height;
            for (int64_t x = 0; x < s.width; x++) {
                for (int64_t in = 0; in < s.inputs; in += lanes) {
                    F sum = all(0.f);
                    for_taps(s.height, s.width, y, x, [&](int tap, int64_t offset) {
                        for (int64_t k = 0; k < s.outputs; k++) {
                            const float d = incoming[(image * s.outputs + k) * plane + y * s.width + x + offset];
                            // What this pixel gives through a tap reaches the pixel on the other side.
                            sum += all(d) * load_channels(packed + (k * 9 + 8 - tap) * s.inputs + in);
                        }
                    });
                    store_channels(input_gradient + (row * s.width + x) * s.inputs + in, sum);
                }
            }
        }
        for (int64_t k = 0; k < s.outputs; k++) {
            float total = 0;
            for (int64_t row = first; row < end; row++) {
                const float *from = incoming + (row / s.height * s.outputs + k) * plane + row % s.height * s.width;
                for (int64_t x = 0; x < s.width; x++) total += from[x];
            }
            partial[chunks * size + chunk * s.outputs + k] = total;
            for (int64_t in = 0; in < s.inputs; in += lanes) {
                F sum[9];
                for (int tap = 0; tap < 9; tap++) sum[tap] = all(0.f);
                for (int64_t row = first; row < end; row++) {
                    const int64_t y = row % s.height, image = row / s.height;
                    const float *from = incoming + (image * s.outputs + k) * plane + y * s.width;
                    for (int64_t x = 0; x < s.width; x++) {
                        const F d = all(from[x]);
                        for_taps(s.height, s.width, y, x, [&](int tap, int64_t offset) {
                            sum[tap] += d * load_channels(input + (row * s.width + x + offset) * s.inputs + in);
                        });
                    }
                }
                for (int tap = 0; tap < 9; tap++) {
                    store_channels(partial + chunk * size + (k * 9 + tap) * s.inputs + in, sum[tap]);
                }
            }
        }
    });
    for (int64_t k = 0; k < s.outputs; k++) {
        double shift = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++) shift += partial[chunks * size + chunk * s.outputs + k];
        bias_gradient[k] = static_cast<float>(shift);
        for (int64_t tap = 0; tap < 9; tap++) {
            for (int64_t in = 0; in < s.inputs; in++) {
                double total = 0;
                for (int64_t chunk = 0; chunk < chunks; chunk++) {
                    total += partial[chunk * size + (k * 9 + tap) * s.inputs + in];
                }
                weight_gradient[(k * s.inputs + in) * 9 + tap] = static_cast<float>(total);
            }
        }
    }
}
