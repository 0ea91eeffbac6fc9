// GroupNorm → LeakyReLU → dropout → excitation, each pass over memory doing all that it can.
//
// Forward reads x for the statistics and again to apply them; nothing but x is kept. Backward reads x and the incoming
// gradient twice: once for the sums that the norm's gradient needs, once to make it.

template <typename Element>
void activate(
    const ck_activation &s, const Element *x, const float *norm, const float *factor, const Element *residual, Element *output,
    int64_t output_stride) {
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        for_chunks<L>(s.images, s.pixels, s.channels, [&](int64_t image, int64_t c, int64_t first, int64_t end) {
            const Normalized<L> at(s, norm, image, c);
            const Dropout<L> dropout(s);
            const bool drops = s.dropout > 0;
            const auto scale = factor ? load_channels<L>(factor + image * s.channels + c) : Channels<L>(1.f);
            const int64_t step = s.channels, to_step = output_stride, start = image * s.pixels;
            const Element *from = x + c, *added = residual ? residual + c : nullptr;
            Element *to = output + c;
            for (int64_t pixel = start + first; pixel < start + end; pixel++) {
                auto value = at.leaky(at(load_channels<L>(from + pixel * step))) * scale;
                if (drops) value *= dropout(pixel * step + c);
                if (added) value += load_channels<L>(added + pixel * step);
                store_channels<L>(to + pixel * to_step, value);
            }
        });
    });
}

template <typename Element>
void activate_backward(
    const ck_activation &s, const Element *x, const float *norm, const float *weight, const ck_excitation *excitation,
    const Element *incoming, int64_t incoming_stride, Element *x_gradient, float *weight_gradient, float *bias_gradient,
    float *shift_gradient) {
    const auto count = static_cast<size_t>(s.images * s.channels);
    // Σ d and Σ d·x with d the gradient of u.
    Vector<double> plain(count), weighted(count);
    Vector<float> shared;
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        // x and d of a vector of channels: d = (e·dropout·factor + shared)·slope with e the incoming gradient.
        const auto gradient_at = [&](int64_t image, int64_t c) {
            const int64_t row = image * s.channels + c;
            return [=, at = Normalized<L>(s, norm, image, c), dropout = Dropout<L>(s), drops = s.dropout > 0,
                    factor = excitation ? load_channels<L>(excitation->factor + row) : Channels<L>(1.f),
                    constant = excitation && !shared.empty() ? load_channels<L>(shared.data() + row) : Channels<L>(0.f),
                    from = x + image * s.pixels * s.channels + c, step = s.channels, first = image * s.pixels * s.channels + c,
                    gradients = incoming + image * s.pixels * incoming_stride + c](
                       int64_t pixel, Channels<L> &value, Channels<L> &d) {
                value = load_channels<L>(from + pixel * step);
                d = load_channels<L>(gradients + pixel * incoming_stride);
                if (drops) d *= dropout(first + pixel * step);
                d = (d * factor + constant) * at.slope_at(at(value));
            };
        };

        if (excitation) {
            // The shared part is known only after a pass, so the sums come in pieces: with d = (e·f + k)·l,
            // Σ d = f·Σ e·l + k·Σ l, the same with x, and Σ e·a for the factor's gradient.
            Vector<double> slopes(count), slopes_weighted(count), by_factor(count);
            double *const sums[] = {plain.data(), weighted.data(), slopes.data(), slopes_weighted.data(), by_factor.data()};
            sum_over_pixels<L, 5>(s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t c) {
                return [at = Normalized<L>(s, norm, image, c), from = x + image * s.pixels * s.channels + c, step = s.channels,
                        gradients = incoming + image * s.pixels * incoming_stride + c,
                        incoming_stride](int64_t pixel, Channels<L> *terms) {
                    const auto value = load_channels<L>(from + pixel * step);
                    const auto u = at(value), slope = at.slope_at(u);
                    const auto d = load_channels<L>(gradients + pixel * incoming_stride) * slope;
                    terms[0] = d;
                    terms[1] = d * value;
                    terms[2] = slope;
                    terms[3] = slope * value;
                    terms[4] = d * u;
                };
            });
            shared = excite_backward(s, *excitation, by_factor);
            for (size_t i = 0; i < count; i++) {
                plain[i] = excitation->factor[i] * plain[i] + shared[i] * slopes[i];
                weighted[i] = excitation->factor[i] * weighted[i] + shared[i] * slopes_weighted[i];
            }
        } else {
            double *const sums[] = {plain.data(), weighted.data()};
            sum_over_pixels<L, 2>(s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t c) {
                return [gradient = gradient_at(image, c)](int64_t pixel, Channels<L> *terms) {
                    Channels<L> value, d;
                    gradient(pixel, value, d);
                    terms[0] = d;
                    terms[1] = d * value;
                };
            });
        }

        // With v = (x − mean)·inverse and means over a group: d x = inverse·(γd − mean(γd) − v·mean(γd·v)), which is
        // d·scale + x·by_x + constant.
        Vector<float> by_x(count), constant(count);
        std::fill(weight_gradient, weight_gradient + s.channels, 0.f);
        std::fill(bias_gradient, bias_gradient + s.channels, 0.f);
        Vector<double> shift(static_cast<size_t>(s.channels));
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

        for_chunks<L>(s.images, s.pixels, s.channels, [&](int64_t image, int64_t c, int64_t first, int64_t end) {
            const auto gradient = gradient_at(image, c);
            const int64_t row = image * s.channels + c, step = s.channels;
            const auto scale = load_channels<L>(norm + row), by_value = load_channels<L>(by_x.data() + row),
                       shift = load_channels<L>(constant.data() + row);
            Element *to = x_gradient + image * s.pixels * step + c;
            for (int64_t pixel = first; pixel < end; pixel++) {
                Channels<L> value, d;
                gradient(pixel, value, d);
                store_channels<L>(to + pixel * step, d * scale + value * by_value + shift);
            }
        });
    });
}
