// GroupNorm → LeakyReLU → dropout → excitation, each pass over memory doing all that it can.
//
// Forward reads x for the statistics and again to apply them; nothing but x is kept. Backward reads x and the incoming
// gradient twice: once for the sums that the norm's gradient needs, once to make it.

void activate(
    const ck_activation &s, const float *x, const float *norm, const float *factor, const float *residual, float *output,
    int64_t output_stride) {
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        for_pixels<L>(s, [&](int64_t image, int64_t pixel, int64_t c) {
            const int64_t place = (image * s.pixels + pixel) * s.channels + c;
            const auto u = normalized<L>(s, norm, load_channels<L>(x + place), image, c);
            auto value = u * slope_at<L>(s, u);
            if (s.dropout > 0) value *= dropout_factor<L>(s, place);
            if (factor) value *= load_channels<L>(factor + image * s.channels + c);
            if (residual) value += load_channels<L>(residual + place);
            store_channels<L>(output + (image * s.pixels + pixel) * output_stride + c, value);
        });
    });
}

void activate_backward(
    const ck_activation &s, const float *x, const float *norm, const float *weight, const ck_excitation *excitation,
    const float *incoming, int64_t incoming_stride, float *x_gradient, float *weight_gradient, float *bias_gradient,
    float *shift_gradient) {
    const auto count = static_cast<size_t>(s.images * s.channels);
    // Σ d and Σ d·x with d the gradient of u.
    std::vector<double> plain(count), weighted(count);
    std::vector<float> shared;
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        const auto gradient_of_u = [&](int64_t image, int64_t pixel, int64_t c, Channels<L> u) {
            const int64_t place = image * s.pixels + pixel;
            auto d = load_channels<L>(incoming + place * incoming_stride + c);
            if (s.dropout > 0) d *= dropout_factor<L>(s, place * s.channels + c);
            if (excitation) {
                d = d * load_channels<L>(excitation->factor + image * s.channels + c) +
                    load_channels<L>(shared.data() + image * s.channels + c);
            }
            return d * slope_at<L>(s, u);
        };

        if (excitation) {
            // The shared part is known only after a pass, so the sums come in pieces: with d = (e·f + k)·l,
            // Σ d = f·Σ e·l + k·Σ l, the same with x, and Σ e·a for the factor's gradient.
            std::vector<double> slopes(count), slopes_weighted(count), by_factor(count);
            double *const sums[] = {plain.data(), weighted.data(), slopes.data(), slopes_weighted.data(), by_factor.data()};
            sum_over_pixels<L, 5>(
                s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t pixel, int64_t c, Channels<L> *terms) {
                    const int64_t place = image * s.pixels + pixel;
                    const auto value = load_channels<L>(x + place * s.channels + c);
                    const auto u = normalized<L>(s, norm, value, image, c);
                    const auto slope = slope_at<L>(s, u);
                    const auto d = load_channels<L>(incoming + place * incoming_stride + c) * slope;
                    terms[0] = d;
                    terms[1] = d * value;
                    terms[2] = slope;
                    terms[3] = slope * value;
                    terms[4] = d * u;
                });
            shared = excite_backward(s, *excitation, by_factor);
            for (size_t i = 0; i < count; i++) {
                plain[i] = excitation->factor[i] * plain[i] + shared[i] * slopes[i];
                weighted[i] = excitation->factor[i] * weighted[i] + shared[i] * slopes_weighted[i];
            }
        } else {
            double *const sums[] = {plain.data(), weighted.data()};
            sum_over_pixels<L, 2>(
                s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t pixel, int64_t c, Channels<L> *terms) {
                    const auto value = load_channels<L>(x + (image * s.pixels + pixel) * s.channels + c);
                    terms[0] = gradient_of_u(image, pixel, c, normalized<L>(s, norm, value, image, c));
                    terms[1] = terms[0] * value;
                });
        }

        // With v = (x − mean)·inverse and means over a group: d x = inverse·(γd − mean(γd) − v·mean(γd·v)), which is
        // d·scale + x·by_x + constant.
        std::vector<float> by_x(count), constant(count);
        std::fill(weight_gradient, weight_gradient + s.channels, 0.f);
        std::fill(bias_gradient, bias_gradient + s.channels, 0.f);
        std::vector<double> shift(static_cast<size_t>(s.channels));
        const int64_t members = s.channels / s.groups;
        const auto size = static_cast<double>(members * s.pixels);
        for (int64_t group = 0; group < s.images * s.groups; group++) {
            const int64_t first = group * members;
            const double mean = norm[row_of(s, mean_row) + first], inverse = norm[row_of(s, inverse_row) + first];
            double of_d = 0, of_dv = 0;
            for (int64_t i = first; i < first + members; i++) {
                const auto place = static_cast<size_t>(i);
                const int64_t c = i % s.channels;
                const double dv = inverse * (weighted[place] - mean * plain[place]);
                weight_gradient[c] += static_cast<float>(dv);
                bias_gradient[c] += static_cast<float>(plain[place]);
                of_d += weight[c] * plain[place] / size;
                of_dv += weight[c] * dv / size;
            }
            for (int64_t i = first; i < first + members; i++) {
                const auto place = static_cast<size_t>(i);
                const double k = -inverse * inverse * of_dv, l = -inverse * of_d - k * mean;
                by_x[place] = static_cast<float>(k);
                constant[place] = static_cast<float>(l);
                const double channel_mean = norm[row_of(s, channel_mean_row) + i];
                shift[static_cast<size_t>(i % s.channels)] +=
                    inverse * weight[i % s.channels] * plain[place] + (k * channel_mean + l) * static_cast<double>(s.pixels);
            }
        }
        std::copy(shift.begin(), shift.end(), shift_gradient);

        for_pixels<L>(s, [&](int64_t image, int64_t pixel, int64_t c) {
            const int64_t place = (image * s.pixels + pixel) * s.channels + c;
            const int64_t row = image * s.channels + c;
            const auto value = load_channels<L>(x + place);
            const auto d = gradient_of_u(image, pixel, c, normalized<L>(s, norm, value, image, c));
            store_channels<L>(
                x_gradient + place, d * load_channels<L>(norm + row) + value * load_channels<L>(by_x.data() + row) +
                                        load_channels<L>(constant.data() + row));
        });
    });
}
