// Squeeze-and-excitation (Hu et al. 2018) on the few numbers between two passes over an image.

inline float leaky(float x, float slope) { return x > 0 ? x : x * slope; }

template <typename Element>
void excite(const ck_activation &s, const Element *x, const float *norm, const ck_excitation &e) {
    Vector<double> totals(static_cast<size_t>(s.images * s.channels));
    with_lanes(s.channels, [&](auto width) {
        constexpr int L = decltype(width)::value;
        double *const sums[] = {totals.data()};
        sum_over_pixels<L, 1>(s.images, s.pixels, s.channels, sums, [&](int64_t image, int64_t c) {
            const Element *from = x + image * s.pixels * s.channels + c;
            return [from, step = s.channels, at = Normalized<L>(s, norm, image, c)](int64_t pixel, Channels<L> *terms) {
                terms[0] = at.leaky(at(load_channels<L>(from + pixel * step)));
            };
        });
    });
    const int64_t channels = s.channels, half = channels / 2;
    for (int64_t i = 0; i < s.images * channels; i++) {
        e.mean[i] = static_cast<float>(totals[static_cast<size_t>(i)] / static_cast<double>(s.pixels));
    }
    for (int64_t image = 0; image < s.images; image++) {
        const float *mean = e.mean + image * channels;
        float *hidden = e.hidden + image * half;
        for (int64_t h = 0; h < half; h++) {
            float sum = e.squeeze_bias[h];
            for (int64_t c = 0; c < channels; c++) sum += e.squeeze_weight[h * channels + c] * mean[c];
            hidden[h] = sum;
        }
        for (int64_t c = 0; c < channels; c++) {
            float sum = e.excite_bias[c];
            for (int64_t h = 0; h < half; h++) sum += e.excite_weight[c * half + h] * leaky(hidden[h], s.slope);
            e.factor[image * channels + c] = 1 + std::max(sum, 0.f);
        }
    }
}

// Writes the parameters' gradients, and returns what the mean gives back to each of its pixels, [B, C].
inline Vector<float> excite_backward(
    const ck_activation &s, const ck_excitation &e, const Vector<double> &factor_gradient) {
    const int64_t channels = s.channels, half = channels / 2;
    std::fill(e.squeeze_weight_gradient, e.squeeze_weight_gradient + half * channels, 0.f);
    std::fill(e.squeeze_bias_gradient, e.squeeze_bias_gradient + half, 0.f);
    std::fill(e.excite_weight_gradient, e.excite_weight_gradient + channels * half, 0.f);
    std::fill(e.excite_bias_gradient, e.excite_bias_gradient + channels, 0.f);
    Vector<float> to_mean(static_cast<size_t>(s.images * channels)), active(static_cast<size_t>(half)),
        to_hidden(static_cast<size_t>(half));
    for (int64_t image = 0; image < s.images; image++) {
        const float *mean = e.mean + image * channels, *hidden = e.hidden + image * half;
        float *back = to_mean.data() + image * channels;
        for (int64_t h = 0; h < half; h++) active[static_cast<size_t>(h)] = leaky(hidden[h], s.slope);
        std::fill(to_hidden.begin(), to_hidden.end(), 0.f);
        for (int64_t c = 0; c < channels; c++) {
            const int64_t i = image * channels + c;
            if (!(e.factor[i] > 1)) continue;   // ReLU was closed
            const auto d = static_cast<float>(factor_gradient[static_cast<size_t>(i)]);
            e.excite_bias_gradient[c] += d;
            for (int64_t h = 0; h < half; h++) {
                e.excite_weight_gradient[c * half + h] += d * active[static_cast<size_t>(h)];
                to_hidden[static_cast<size_t>(h)] += d * e.excite_weight[c * half + h];
            }
        }
        for (int64_t h = 0; h < half; h++) {
            const float d = to_hidden[static_cast<size_t>(h)] * (hidden[h] > 0 ? 1 : s.slope);
            e.squeeze_bias_gradient[h] += d;
            for (int64_t c = 0; c < channels; c++) {
                e.squeeze_weight_gradient[h * channels + c] += d * mean[c];
                back[c] += d * e.squeeze_weight[h * channels + c];
            }
        }
        for (int64_t c = 0; c < channels; c++) back[c] /= static_cast<float>(s.pixels);
    }
    return to_mean;
}
