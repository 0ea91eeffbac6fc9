// Objectives of soft overlap (Dice, Tversky, Jaccard, NR-Dice): one pass for the sums, one for the gradient. The softmax is
// made twice, which costs less than storing it.

template <int Classes> void overlap_sums_of(const ck_batch &b, bool squares, float noise_gamma, ck_overlap *sums) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    std::vector<ck_overlap> partial(static_cast<size_t>(b.images * chunks_of(b) * c));
    for_chunks(b, [&](int64_t chunk, int64_t image, int64_t first, int64_t end) {
        struct ClassSums { Sum overlap, predicted, squared, noise, labelled; };
        std::vector<ClassSums> of(static_cast<size_t>(c));
        for (int64_t pixel = first; pixel < end; pixel += lanes) {
            Block<Classes> block;
            load(block, b, image, pixel, end);
            const Softmax<Classes> softmax(block, c);
            const F inverse = block.label >= all(int32_t{0}) ? all(1.f) / softmax.total : all(0.f);
            for (int k = 0; k < c; k++) {
                const F p = softmax.e[k] * inverse;
                const I is_label = block.label == all(k);
                auto &sum = of[static_cast<size_t>(k)];
                sum.overlap.add(is_label ? p : all(0.f));
                sum.predicted.add(p);
                sum.labelled.add(is_label ? all(1.f) : all(0.f));
                if (squares) sum.squared.add(p * p);
                if (noise_gamma > 0) sum.noise.add(power(is_label ? all(1.f) - p : p, noise_gamma));
            }
        }
        for (int k = 0; k < c; k++) {
            auto &sum = of[static_cast<size_t>(k)];
            partial[static_cast<size_t>(chunk * c + k)] = {
                sum.overlap.total(), sum.predicted.total(), sum.squared.total(), sum.noise.total(), sum.labelled.total()};
        }
    });
    for (int64_t image = 0; image < b.images; image++) {
        for (int k = 0; k < c; k++) {
            ck_overlap total = {0, 0, 0, 0, 0};
            for (int64_t chunk = image * chunks_of(b); chunk < (image + 1) * chunks_of(b); chunk++) {
                const auto &part = partial[static_cast<size_t>(chunk * c + k)];
                total.overlap += part.overlap;
                total.predicted += part.predicted;
                total.squared += part.squared;
                total.noise += part.noise;
                total.labelled += part.labelled;
            }
            sums[image * c + k] = total;
        }
    }
}

void overlap_sums(const ck_batch &b, bool squares, float noise_gamma, ck_overlap *sums) {
    with_classes(b.classes, [&](auto count) { overlap_sums_of<decltype(count)::value>(b, squares, noise_gamma, sums); });
}

// d loss / d s_k = p_k (d_k − Σ_j p_j d_j) with d = d loss / d p.
template <int Classes> inline void store_through_softmax(
    const Softmax<Classes> &softmax, const F *d, const Block<Classes> &block, const ck_batch &b, int64_t image, int64_t pixel) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const F inverse = block.label >= all(int32_t{0}) ? all(1.f) / softmax.total : all(0.f);
    F mean = all(0.f);
    for (int k = 0; k < c; k++) mean += softmax.e[k] * inverse * d[k];
    F g[Block<Classes>::room];
    for (int k = 0; k < c; k++) g[k] = softmax.e[k] * inverse * (d[k] - mean);
    store<Classes>(g, b, image, pixel, block.used);
}

template <int Classes>
void overlap_backward_of(const ck_batch &b, bool squares, float noise_gamma, const ck_overlap_gradient *coefficients) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    for_chunks(b, [&](int64_t, int64_t image, int64_t first, int64_t end) {
        const ck_overlap_gradient *of = coefficients + image * c;
        for (int64_t pixel = first; pixel < end; pixel += lanes) {
            Block<Classes> block;
            load(block, b, image, pixel, end);
            const Softmax<Classes> softmax(block, c);
            const F inverse = all(1.f) / softmax.total;
            F d[Block<Classes>::room];
            for (int k = 0; k < c; k++) {
                const I is_label = block.label == all(k);
                d[k] = is_label ? all(of[k].on_label) : all(of[k].off_label);
                if (squares || noise_gamma > 0) {
                    const F p = softmax.e[k] * inverse;
                    if (squares) d[k] += p * all(2 * of[k].square);
                    if (noise_gamma > 0) {
                        const F slope = power(is_label ? all(1.f) - p : p, noise_gamma - 1) * all(noise_gamma * of[k].noise);
                        d[k] += is_label ? -slope : slope;
                    }
                }
            }
            store_through_softmax(softmax, d, block, b, image, pixel);
        }
    });
}

void overlap_backward(const ck_batch &b, bool squares, float noise_gamma, const ck_overlap_gradient *coefficients) {
    with_classes(b.classes, [&](auto count) {
        overlap_backward_of<decltype(count)::value>(b, squares, noise_gamma, coefficients);
    });
}
