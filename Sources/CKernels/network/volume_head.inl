// Scores of voxels: a few sums over the channels of each, written class by class as the losses read them.

template <typename Element>
void head_scores(const ck_head &s, const Element *input, const float *weight, const float *bias, float *scores) {
    const int64_t blocks = (s.pixels + lanes - 1) / lanes;
    parallel(s.images * blocks, [&](int64_t item) {
        const int64_t image = item / blocks, first = item % blocks * lanes, count = std::min<int64_t>(lanes, s.pixels - first);
        const Element *from = input + (image * s.pixels + first) * s.inputs;
        for (int64_t k = 0; k < s.classes; k++) {
            F sums[lanes];
            for (int64_t i = 0; i < lanes; i++) {
                sums[i] = all(0.f);
                for (int64_t c = 0; i < count && c < s.inputs; c += lanes) {
                    sums[i] += load_channels(from + i * s.inputs + c) * load_channels(weight + k * s.inputs + c);
                }
            }
            const F value = sums_of_lanes(sums) + all(bias[k]);
            std::memcpy(
                scores + (image * s.classes + k) * s.pixels + first, &value, sizeof(float) * static_cast<size_t>(count));
        }
    });
}

template <typename Element>
void head_backward(
    const ck_head &s, const Element *input, const float *weight, const float *incoming, Element *input_gradient,
    float *weight_gradient, float *bias_gradient) {
    for_chunks<lanes>(s.images, s.pixels, s.inputs, [&](int64_t image, int64_t c, int64_t first, int64_t end) {
        for (int64_t pixel = first; pixel < end; pixel++) {
            F sum = all(0.f);
            for (int64_t k = 0; k < s.classes; k++) {
                sum += all(incoming[(image * s.classes + k) * s.pixels + pixel]) * load_channels(weight + k * s.inputs + c);
            }
            store_channels(input_gradient + (image * s.pixels + pixel) * s.inputs + c, sum);
        }
    });
    const auto count = static_cast<size_t>(s.images * s.inputs);
    Vector<double> sums(count);
    for (int64_t k = 0; k < s.classes; k++) {
        double *const of_class[] = {sums.data()};
        sum_over_pixels<lanes, 1>(s.images, s.pixels, s.inputs, of_class, [&](int64_t image, int64_t c) {
            return [from = input + image * s.pixels * s.inputs + c, step = s.inputs,
                    scores = incoming + (image * s.classes + k) * s.pixels](int64_t pixel, F *terms) {
                terms[0] = load_channels(from + pixel * step) * all(scores[pixel]);
            };
        });
        double total = 0;
        for (int64_t c = 0; c < s.inputs; c++) {
            double sum = 0;
            for (int64_t image = 0; image < s.images; image++) sum += sums[static_cast<size_t>(image * s.inputs + c)];
            weight_gradient[k * s.inputs + c] = static_cast<float>(sum);
        }
        for (int64_t image = 0; image < s.images; image++) {
            const float *from = incoming + (image * s.classes + k) * s.pixels;
            for (int64_t pixel = 0; pixel < s.pixels; pixel += 4096) {
                float sum = 0;
                for (int64_t i = pixel; i < std::min(s.pixels, pixel + 4096); i++) sum += from[i];
                total += sum;
            }
        }
        bias_gradient[k] = static_cast<float>(total);
    }
}

template <typename Element> void channel_sums(int64_t voxels, int64_t channels, const Element *x, float *sums) {
    Vector<double> totals(static_cast<size_t>(channels));
    double *const of_channels[] = {totals.data()};
    sum_over_pixels<lanes, 1>(1, voxels, channels, of_channels, [&](int64_t, int64_t c) {
        return [from = x + c, channels](int64_t voxel, F *terms) { terms[0] = load_channels(from + voxel * channels); };
    });
    std::copy(totals.begin(), totals.end(), sums);
}
