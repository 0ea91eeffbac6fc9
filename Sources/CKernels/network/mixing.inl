// 1×1 convolutions: products of [pixels, Cin] and [Cin, Cout].

constexpr int64_t pixels_together = 48;

// result[pixels][columns] = left[pixels][depth] · right + bias, with right packed by panels and padded to whole vectors.
template <int Vectors>
void multiply_pixels(
    int64_t pixels, int64_t depth, int64_t columns, const float *left, const float *packed, const float *bias, float *result) {
    constexpr int rows = product_rows<Vectors>;
    constexpr int64_t panel = Vectors * lanes;
    static_assert(pixels_together % rows == 0);
    parallel((pixels + pixels_together - 1) / pixels_together, [&](int64_t block) {
        const int64_t first = block * pixels_together, count = std::min(pixels_together, pixels - first);
        float products[pixels_together * panel];
        // The last block's missing rows are read from a copy.
        const float *from = left + first * depth;
        if (count < pixels_together) {
            float *copy = scratch(Scratch::row, pixels_together * depth);
            std::copy(from, from + count * depth, copy);
            from = copy;
        }
        for (int64_t column = 0; column < columns; column += panel) {
            for (int64_t row = 0; row < count; row += rows) {
                multiply<rows, Vectors>(
                    from + row * depth, depth, packed + column * depth, depth, products + row * panel, panel);
            }
            const int64_t used = std::min(panel, columns - column);
            for (int64_t row = 0; row < count; row++) {
                float *to = result + (first + row) * columns + column;
                for (int64_t c = 0; c < used; c += 8) {
                    Channels<8> value = load_channels<8>(products + row * panel + c);
                    if (bias) value += load_channels<8>(bias + column + c);
                    store_channels<8>(to + c, value);
                }
            }
        }
    });
}

// right[depth][columns], given as values[k·depth_step + column·column_step], by panels.
inline void mix_pixels(
    int64_t pixels, int64_t depth, int64_t columns, const float *left, const float *values, int64_t depth_step,
    int64_t column_step, const float *bias, float *result) {
    const int64_t rounded = (columns + lanes - 1) / lanes * lanes;
    const int64_t panel = panel_vectors(rounded) * lanes;
    float *packed = scratch(Scratch::weights, rounded * depth);
    for (int64_t column = 0; column < rounded; column++) {
        float *to = packed + column / panel * panel * depth + column % panel;
        for (int64_t k = 0; k < depth; k++) {
            to[k * panel] = column < columns ? values[k * depth_step + column * column_step] : 0;
        }
    }
    with_panel(rounded, [&](auto vectors) {
        multiply_pixels<decltype(vectors)::value>(pixels, depth, columns, left, packed, bias, result);
    });
}

void mix(const ck_mixing &s, const float *input, const float *weight, const float *bias, float *output) {
    mix_pixels(s.pixels, s.inputs, s.outputs, input, weight, 1, s.inputs, bias, output);
}

// gradient[outputs][inputs] = incomingᵀ · input, in strips of pixels.
template <int Lanes>
void mix_weight_gradient(const ck_mixing &s, const float *input, const float *incoming, float *gradient) {
    typedef Channels<Lanes> V;
    constexpr int rows = 8;
    constexpr int64_t strips = 16;
    const int64_t size = s.outputs * s.inputs;
    float *partial = scratch(Scratch::partial, strips * size);
    parallel(strips, [&](int64_t strip) {
        for (int64_t out = 0; out < s.outputs; out += rows) {
            for (int64_t in = 0; in < s.inputs; in += Lanes) {
                V sum[rows];
                for (int r = 0; r < rows; r++) sum[r] = V(0.f);
                for (int64_t pixel = s.pixels * strip / strips; pixel < s.pixels * (strip + 1) / strips; pixel++) {
                    const V x = load_channels<Lanes>(input + pixel * s.inputs + in);
#pragma clang loop unroll(full)
                    for (int r = 0; r < rows; r++) sum[r] += V(incoming[pixel * s.outputs + out + r]) * x;
                }
                for (int r = 0; r < rows; r++) {
                    store_channels<Lanes>(partial + strip * size + (out + r) * s.inputs + in, sum[r]);
                }
            }
        }
    });
    for (int64_t i = 0; i < size; i++) {
        double total = 0;
        for (int64_t strip = 0; strip < strips; strip++) total += partial[strip * size + i];
        gradient[i] = static_cast<float>(total);
    }
}

void mix_backward(
    const ck_mixing &s, const float *input, const float *weight, const float *incoming, float *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    mix_pixels(s.pixels, s.outputs, s.inputs, incoming, weight, s.inputs, 1, nullptr, input_gradient);
    with_lanes(s.inputs, [&](auto width) {
        mix_weight_gradient<decltype(width)::value>(s, input, incoming, weight_gradient);
    });
    if (!bias_gradient) return;
    with_lanes(s.outputs, [&](auto width) {
        constexpr int Lanes = decltype(width)::value;
        std::vector<double> totals(static_cast<size_t>(s.outputs));
        double *const sums[] = {totals.data()};
        sum_over_pixels<Lanes, 1>(1, s.pixels, s.outputs, sums, [&](int64_t, int64_t pixel, int64_t c, Channels<Lanes> *terms) {
            terms[0] = load_channels<Lanes>(incoming + pixel * s.outputs + c);
        });
        std::copy(totals.begin(), totals.end(), bias_gradient);
    });
}
