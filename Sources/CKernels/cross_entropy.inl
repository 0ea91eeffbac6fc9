// Cross-entropy and focal loss: one pass, since both depend on one pixel alone.

template <int Classes> double cross_entropy_of(const ck_batch &b, const float *weights, double scale) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const F step = all(static_cast<float>(scale));
    return scale * sum_over_blocks<Classes>(b, [&](Block<Classes> &block, int64_t image, int64_t pixel, Sum &sum) {
        const Softmax<Classes> p(block, c);
        F weight = all(1.f);
        if (weights) {
            for (int k = 0; k < c; k++) weight = block.label == all(k) ? all(weights[k]) : weight;
        }
        weight = block.label >= all(int32_t{0}) ? weight : all(0.f);
        const F loss = log2(p.total) * all(ln2) - (at_label(block.x, block, c) - p.largest);
        sum.add(block.label >= all(int32_t{0}) ? loss * weight : all(0.f));
        if (!b.gradient) return;
        const F factor = weight * step / p.total, own = weight * step;
        F g[Block<Classes>::room];
        for (int k = 0; k < c; k++) g[k] = p.e[k] * factor - (block.label == all(k) ? own : all(0.f));
        store<Classes>(g, b, image, pixel, block.used);
    });
}

double cross_entropy(const ck_batch &b, const float *weights, double scale) {
    return with_classes(b.classes, [&](auto count) { return cross_entropy_of<decltype(count)::value>(b, weights, scale); });
}

// With q = 1 − p_y: d/ds_k of −q^γ ln p_y is A (δ_ky − p_k), A = γ p_y q^(γ−1) ln p_y − q^γ; a detached weight leaves −q^γ.
template <int Classes> double focal_of(const ck_batch &b, float gamma, bool detached, double scale) {
    const int c = Classes ? Classes : static_cast<int>(b.classes);
    const F step = all(static_cast<float>(scale));
    return scale * sum_over_blocks<Classes>(b, [&](Block<Classes> &block, int64_t image, int64_t pixel, Sum &sum) {
        const Softmax<Classes> p(block, c);
        const I counts = block.label >= all(int32_t{0});
        const F inverse = all(1.f) / p.total;
        const F log_p = (at_label(block.x, block, c) - p.largest) - log2(p.total) * all(ln2);
        F others = all(0.f);   // Σ of the other classes: 1 − p_y without cancellation
        for (int k = 0; k < c; k++) others += block.label == all(k) ? all(0.f) : p.e[k];
        const F q = others * inverse;
        const F weight = power(q, gamma);
        sum.add(counts ? -weight * log_p : all(0.f));
        if (!b.gradient) return;
        F a = -weight;
        if (!detached && gamma != 0) {
            // ln p_y / q tends to −1 where q vanishes.
            const F ratio = q > all(1e-30f) ? log_p / q : all(-1.f);
            a += all(gamma) * (at_label(p.e, block, c) * inverse) * weight * ratio;
        }
        a = counts ? a * step : all(0.f);
        F g[Block<Classes>::room];
        for (int k = 0; k < c; k++) g[k] = a * ((block.label == all(k) ? all(1.f) : all(0.f)) - p.e[k] * inverse);
        store<Classes>(g, b, image, pixel, block.used);
    });
}

double focal(const ck_batch &b, float gamma, bool detached, double scale) {
    return with_classes(b.classes, [&](auto count) { return focal_of<decltype(count)::value>(b, gamma, detached, scale); });
}
