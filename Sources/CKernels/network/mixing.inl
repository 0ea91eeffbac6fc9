// 1×1 convolutions: products of [pixels, Cin] and [Cin, Cout].

constexpr int64_t pixels_together = 48;

// result[pixels][columns] = left[pixels][depth] · right + bias, with right packed by panels and padded to whole vectors.
template <int Vectors, typename Element>
void multiply_pixels(
    int64_t pixels, int64_t depth, int64_t columns, const Element *left, const float *packed, const float *bias,
    Element *result) {
    constexpr int rows = product_rows<Vectors>;
    constexpr int64_t panel = Vectors * lanes;
    static_assert(pixels_together % rows == 0);
    parallel((pixels + pixels_together - 1) / pixels_together, [&](int64_t block) {
        const int64_t first = block * pixels_together, count = std::min(pixels_together, pixels - first);
        float products[pixels_together * panel];
        const float *from = nullptr;
        if constexpr (std::is_same_v<Element, float>) {
            if (count == pixels_together) from = left + first * depth;
        }
        if (!from) {
            // The last block's missing rows are whatever the piece held.
            float *copy = scratch(Scratch::row, pixels_together * depth);
            widen_rows(left + first * depth, count, depth, copy, depth);
            from = copy;
        }
        for (int64_t column = 0; column < columns; column += panel) {
            for (int64_t row = 0; row < count; row += rows) {
                multiply<rows, Vectors>(
                    from + row * depth, depth, packed + column * depth, depth, products + row * panel, panel);
            }
            const int64_t used = std::min(panel, columns - column);
            for (int64_t row = 0; row < count; row++) {
                Element *to = result + (first + row) * columns + column;
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
template <typename Element>
void mix_pixels(
    int64_t pixels, int64_t depth, int64_t columns, const Element *left, const float *values, int64_t depth_step,
    int64_t column_step, const float *bias, Element *result) {
    const int64_t rounded = rounded_up(columns, lanes);
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

template <typename Element>
void mix(const ck_mixing &s, const Element *input, const float *weight, const float *bias, Element *output) {
    mix_pixels(s.pixels, s.inputs, s.outputs, input, weight, 1, s.inputs, bias, output);
}

// gradient[outputs][inputs] = incomingᵀ · input, and the sums of incoming, in strips of pixels.
template <int Vectors, typename Element>
void mix_weight_gradient(
    const ck_mixing &s, const Element *input, const Element *incoming, float *gradient, float *bias_gradient) {
    constexpr int rows = std::min(gradient_rows<Vectors>, 8);
    constexpr int64_t strips = 16;
    // Both sides as floats, pixels_together at a time; the inputs are padded to whole panels.
    const int64_t wide = rounded_up(s.inputs, lanes), size = s.outputs * (wide + 1);
    float *partial = scratch(Scratch::partial, strips * size);
    parallel(strips, [&](int64_t strip) {
        float *sums = partial + strip * size, *totals = sums + s.outputs * wide;
        std::fill(sums, sums + size, 0.f);
        float *inputs = scratch(Scratch::transformed, pixels_together * wide);
        float *gradients = scratch(Scratch::gradients, pixels_together * s.outputs);
        std::fill(inputs, inputs + pixels_together * wide, 0.f);
        const int64_t end = s.pixels * (strip + 1) / strips;
        for (int64_t first = s.pixels * strip / strips; first < end; first += pixels_together) {
            const int64_t count = std::min(pixels_together, end - first);
            widen_rows(input + first * s.inputs, count, s.inputs, inputs, wide);
            widen_rows(incoming + first * s.outputs, count, s.outputs, gradients, s.outputs);
            for (int64_t in = 0; in < wide; in += Vectors * lanes) {
                for (int64_t out = 0; out < s.outputs; out += rows) {
                    accumulate<rows, Vectors>(
                        gradients + out, s.outputs, inputs + in, wide, count, sums + out * wide + in, wide);
                }
            }
            for (int64_t pixel = 0; pixel < count; pixel++) {
                for (int64_t out = 0; out < s.outputs; out++) totals[out] += gradients[pixel * s.outputs + out];
            }
        }
    });
    const auto total = [&](int64_t place) {
        double sum = 0;
        for (int64_t strip = 0; strip < strips; strip++) sum += partial[strip * size + place];
        return static_cast<float>(sum);
    };
    for (int64_t out = 0; out < s.outputs; out++) {
        for (int64_t in = 0; in < s.inputs; in++) gradient[out * s.inputs + in] = total(out * wide + in);
        bias_gradient[out] = total(s.outputs * wide + out);
    }
}

template <typename Element>
void mix_backward(
    const ck_mixing &s, const Element *input, const float *weight, const Element *incoming, Element *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    mix_pixels<Element>(s.pixels, s.outputs, s.inputs, incoming, weight, s.inputs, 1, nullptr, input_gradient);
    with_panel(rounded_up(s.inputs, lanes), [&](auto vectors) {
        mix_weight_gradient<decltype(vectors)::value>(s, input, incoming, weight_gradient, bias_gradient);
    });
}
