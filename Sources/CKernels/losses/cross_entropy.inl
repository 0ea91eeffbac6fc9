// Cross-entropy, also with margins or adjusted scores, and focal loss: one pass, since each pixel stands alone.

// What becomes of the scores: nothing, the label's is lowered by its margin, or each class's is shifted.
enum class Scores { plain, lowered, shifted };

template <int Classes, Softmaxes Are, bool Weighs, Scores Become> double cross_entropy_of(const Tile &tile, const ck_cross_entropy_term &term, float scale) {
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
            if (Become == Scores::lowered) x[k] = choose(is_label, x[k] - all(term.margins[k]), x[k]) * all(term.sharpness);
            if (Become == Scores::shifted) x[k] += where(counts, all(term.shifts[k]));
            if (Weighs) weight = choose(is_label, all(term.weights[k]), weight);
        }
        const Softmax<Classes> p = softmax_of<Classes, Become == Scores::plain ? Are : Softmaxes::to_make>(tile, x, i);
        // 0 where nothing counts: the scores are.
        const F above_label = p.largest - at_label<Classes>(x, label, c);
        if (Weighs) {
            weighted += where(counts, (log2(p.total) * all(ln2) + above_label) * weight);
        } else {
            totals *= choose(counts, p.total, all(1.f));
            linear += above_label;
        }
        if (!gradient.is_wanted()) continue;
        const F step = where(counts, weight * all(scale * term.sharpness));
        const F factor = reciprocal(p.total) * step;
        for (int k = 0; k < c; k++) {
            const F pull = p.e[k] * factor;
            gradient.store(k, i, choose(same(label, all(k)), pull - step, pull));
        }
    }
    return Weighs ? sum(weighted) : sum(log2(totals) * all(ln2) + linear);
}

template <int Classes, Softmaxes Are>
double cross_entropy_of(const Tile &tile, const ck_cross_entropy_term &term, double scale) {
    const auto step = static_cast<float>(scale);
    if (term.margins) return cross_entropy_of<Classes, Are, false, Scores::lowered>(tile, term, step);
    if (term.shifts) return cross_entropy_of<Classes, Are, false, Scores::shifted>(tile, term, step);
    if (term.weights) return cross_entropy_of<Classes, Are, true, Scores::plain>(tile, term, step);
    return cross_entropy_of<Classes, Are, false, Scores::plain>(tile, term, step);
}

// With q = 1 − p_y: d/ds_k of −q^γ ln p_y is A (δ_ky − p_k), A = γ p_y q^(γ−1) ln p_y − q^γ; a detached weight leaves −q^γ.
template <int Classes, Softmaxes Are, bool Squares> double focal_of(const Tile &tile, const ck_focal_term &term, float scale) {
    const float gamma = term.gamma;
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    F sum = all(0.f);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label);
        F x[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        const Softmax<Classes> p = softmax_of<Classes, Are>(tile, x, i);
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
        if (!term.detached && gamma != 0) {
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

template <int Classes, Softmaxes Are> double focal_of(const Tile &tile, const ck_focal_term &term, double scale) {
    const auto step = static_cast<float>(scale);
    return term.gamma == 2 ? focal_of<Classes, Are, true>(tile, term, step) : focal_of<Classes, Are, false>(tile, term, step);
}
