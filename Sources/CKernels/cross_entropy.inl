// Cross-entropy, also with label-dependent margins, and focal loss: one pass, since each pixel stands alone.

// What makes a term: −w_y ln softmax(σ (x − Δ_y e_y))_y.
struct CrossEntropyTerms {
    const float *weights;   // w, or null: 1
    const float *margins;   // Δ, or null: 0
    float sharpness;        // σ
    float scale;
};

template <int Classes, bool Weighs, bool Lowers> double cross_entropy_of(const Tile &tile, const CrossEntropyTerms &terms) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    // Without weights one logarithm serves all totals of a tile: 128^16 is a float.
    static_assert(tile_pixels / lanes <= 18);
    F totals = all(1.f), linear = all(0.f), weighted = all(0.f);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label);
        F x[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        F weight = all(1.f);
        for (int k = 0; k < c; k++) {
            const Mask is_label = same(label, all(k));
            if (Lowers) x[k] = choose(is_label, x[k] - all(terms.margins[k]), x[k]) * all(terms.sharpness);
            if (Weighs) weight = choose(is_label, all(terms.weights[k]), weight);
        }
        const Softmax<Classes> p(x, c);
        // 0 where nothing counts: the scores are.
        const F above_label = p.largest - at_label<Classes>(x, label, c);
        if (Weighs) {
            weighted += where(counts, (log2(p.total) * all(ln2) + above_label) * weight);
        } else {
            totals *= choose(counts, p.total, all(1.f));
            linear += above_label;
        }
        if (!gradient.is_wanted()) continue;
        const F step = where(counts, weight * all(terms.scale * terms.sharpness));
        const F factor = reciprocal(p.total) * step;
        for (int k = 0; k < c; k++) {
            const F pull = p.e[k] * factor;
            gradient.store(k, i, choose(same(label, all(k)), pull - step, pull));
        }
    }
    return Weighs ? sum(weighted) : sum(log2(totals) * all(ln2) + linear);
}

double cross_entropy(const ck_batch &b, const float *weights, const float *margins, float sharpness, double scale) {
    const CrossEntropyTerms terms{weights, margins, sharpness, static_cast<float>(scale)};
    return scale * with_classes(b.classes, [&](auto count) {
        constexpr int classes = decltype(count)::value;
        return sum_over_tiles(b, [&](const Tile &tile) {
            if (margins) return cross_entropy_of<classes, false, true>(tile, terms);
            return weights ? cross_entropy_of<classes, true, false>(tile, terms) : cross_entropy_of<classes, false, false>(tile, terms);
        });
    });
}

// With q = 1 − p_y: d/ds_k of −q^γ ln p_y is A (δ_ky − p_k), A = γ p_y q^(γ−1) ln p_y − q^γ; a detached weight leaves −q^γ.
template <int Classes, bool Squares> double focal_of(const Tile &tile, float gamma, bool detached, float scale) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    F sum = all(0.f);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label);
        F x[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        const Softmax<Classes> p(x, c);
        const F inverse = reciprocal(p.total);
        const F log_p = (at_label<Classes>(x, label, c) - p.largest) - log2(p.total) * all(ln2);
        F own = all(0.f), others = all(0.f);   // the others' sum: 1 − p_y without cancellation
        for (int k = 0; k < c; k++) {
            const Mask is_label = same(label, all(k));
            own = choose(is_label, p.e[k], own);
            others = choose(is_label, others, others + p.e[k]);
        }
        const F q = others * inverse;
        const F weight = Squares ? q * q : power(q, gamma);
        sum += where(counts, -weight * log_p);
        if (!gradient.is_wanted()) continue;
        F a = -weight;
        if (!detached && gamma != 0) {
            // ln p_y / q tends to −1 where q vanishes.
            const F weighted_log = Squares ? q * log_p : weight * choose(above(q, all(1e-30f)), log_p / q, all(-1.f));
            a += all(gamma) * (own * inverse) * weighted_log;
        }
        a = where(counts, a * all(scale));
        const F factor = a * inverse;
        for (int k = 0; k < c; k++) {
            const F push = p.e[k] * factor;
            gradient.store(k, i, choose(same(label, all(k)), a - push, -push));
        }
    }
    return ck::CK_ISA::sum(sum);
}

double focal(const ck_batch &b, float gamma, bool detached, double scale) {
    const auto step = static_cast<float>(scale);
    return scale * with_classes(b.classes, [&](auto count) {
        constexpr int classes = decltype(count)::value;
        return sum_over_tiles(b, [&](const Tile &tile) {
            return gamma == 2 ? focal_of<classes, true>(tile, gamma, detached, step) : focal_of<classes, false>(tile, gamma, detached, step);
        });
    });
}
