// Margin calibration in one pass.
//
// Only the two largest scores of a pixel matter: the rival of every class but the first is the first, and the first's
// rival is the second. The derivative of a margin with respect to its rival is −1, so the largest score gathers the
// negated derivatives of all other classes, and the second that of the largest.

template <int Classes>
double margin_of(const ck_batch &b, const float *rho_k0, const float *rho_0k, bool authors, double scale) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const F unit = all(authors ? log2e : 1.f);                  // natural exponent as a power of two
    const F own = all(authors ? static_cast<float>(c) : 1.f);   // weight of the label's term
    const F step = all(static_cast<float>(scale));
    const double total = sum_over_blocks<Classes>(b, [&](Block<Classes> &block, int64_t image, int64_t pixel, Sum &sum) {
        F first = block.x[0], second = all(-std::numeric_limits<float>::infinity());
        I first_class = all(int32_t{0}), second_class = all(int32_t{-1});
        for (int k = 1; k < c; k++) {
            const F x = block.x[k];
            const I beats_first = x > first, beats_second = x > second;
            second_class = beats_first ? first_class : (beats_second ? all(k) : second_class);
            second = max(min(x, first), second);
            first_class = beats_first ? all(k) : first_class;
            first = max(x, first);
        }
        const I counts = block.label >= all(int32_t{0});
        F g[Block<Classes>::room];
        F others = all(0.f), of_first = all(0.f);
        for (int k = 0; k < c; k++) {
            const I is_first = first_class == all(k), is_label = block.label == all(k);
            const F margin = block.x[k] - (is_first ? second : first);
            const F excess = (is_label ? all(rho_k0[k]) - margin : margin + all(rho_0k[k])) * unit;
            F value, slope;
            softplus2(excess, value, slope);
            const F weight = is_label ? own : all(1.f);
            sum.add(counts ? value * weight : all(0.f));
            const F derivative = counts ? (is_label ? -slope : slope) * weight * step : all(0.f);
            g[k] = derivative;
            others += is_first ? all(0.f) : derivative;
            of_first = is_first ? derivative : of_first;
        }
        if (!b.gradient) return;
        for (int k = 0; k < c; k++) {
            const F at_first = first_class == all(k) ? others : all(0.f);
            const F at_second = second_class == all(k) ? of_first : all(0.f);
            g[k] -= at_first + at_second;
        }
        store<Classes>(g, b, image, pixel, block.used);
    });
    return total * scale * (authors ? ln2 : 1.0);
}

double margin(const ck_batch &b, const float *rho_k0, const float *rho_0k, bool authors, double scale) {
    return with_classes(b.classes, [&](auto count) {
        return margin_of<decltype(count)::value>(b, rho_k0, rho_0k, authors, scale);
    });
}
