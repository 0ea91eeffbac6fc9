// The bound of margin calibration as an objective (Eqs. 7-8): one pass for the sums of the ramp, one for the gradient.
//
// The ramp 1 / (1 + e^(−x/T)) is the derivative of the softplus that margin calibration sums, and x is the same excess of offset
// over margin.

struct BoundRamp {
    float rho_k0[CK_MAX_CLASSES], rho_0k[CK_MAX_CLASSES];
    float unit;   // of the exponent: powers of two with 1/(T ln 2)

    BoundRamp(const ck_bound_ramp &ramp, int64_t classes) : unit(log2e / ramp.temperature) {
        for (int64_t k = 0; k < classes; k++) {
            rho_k0[k] = ramp.rho_k0[k] * unit;
            rho_0k[k] = ramp.rho_0k[k] * unit;
        }
    }
};

// The ramp of each class at sixteen pixels, 0 where nothing counts.
template <int Classes> inline Rivals<Classes> ramps_of(F *ramps, const Tile &tile, const BoundRamp &ramp, I label, int i) {
    const int c = Classes ? Classes : tile.classes;
    const Mask counts = counted(label);
    F x[room<Classes>];
    load_scores<Classes>(x, tile, i, counts);
    const Rivals<Classes> rivals(x, c);
    // An infinite score has a finite ramp, and must show.
    const F nothing = rivals.first - rivals.first;
    for (int k = 0; k < c; k++) {
        const F margin = (x[k] - choose(same(rivals.first_class, index(k)), rivals.second, rivals.first)) * all(ramp.unit) + nothing;
        const F excess = choose(same(label, all(k)), all(ramp.rho_k0[k]) - margin, margin + all(ramp.rho_0k[k]));
        const F t = softplus2_remainder(excess);
        ramps[k] = where(counts, softplus2_slope(excess, t, t + all(1.f)));
    }
    return rivals;
}

template <int Classes> void add_bound(const Tile &tile, const BoundRamp &ramp, ck_bound *sums) {
    const int c = Classes ? Classes : tile.classes;
    F missed[room<Classes>], falsely_taken[room<Classes>];
    for (int k = 0; k < c; k++) missed[k] = falsely_taken[k] = all(0.f);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        F ramps[room<Classes>];
        ramps_of<Classes>(ramps, tile, ramp, label, i);
        for (int k = 0; k < c; k++) {
            const F own = where(same(label, all(k)), ramps[k]);
            missed[k] += own;
            falsely_taken[k] += ramps[k] - own;
        }
    }
    for (int k = 0; k < c; k++) {
        int labelled = 0;
        for (int i = 0; i < tile.end; i++) labelled += tile.label[i] == k;
        sums[k].missed += sum(missed[k]);
        sums[k].falsely_taken += sum(falsely_taken[k]);
        sums[k].labelled += labelled;
    }
}

void bound_sums(const ck_batch &b, const ck_bound_ramp &of, ck_bound *sums) {
    const BoundRamp ramp(of, b.classes);
    const int64_t each = chunks_of(b), c = b.classes;
    Vector<ck_bound> partial(static_cast<size_t>(b.images * each * c), ck_bound{0, 0, 0});
    with_classes(c, [&](auto count) {
        constexpr int classes = decltype(count)::value;
        for_tiles(b, [&](const Tile &tile, int64_t chunk, int64_t, int64_t) {
            add_bound<classes>(tile, ramp, &partial[static_cast<size_t>(chunk * c)]);
        });
    });
    for (int64_t i = 0; i < b.images * c; i++) {
        ck_bound total = {0, 0, 0};
        for (int64_t chunk = i / c * each; chunk < (i / c + 1) * each; chunk++) {
            const auto &part = partial[static_cast<size_t>(chunk * c + i % c)];
            total.missed += part.missed;
            total.falsely_taken += part.falsely_taken;
            total.labelled += part.labelled;
        }
        sums[i] = total;
    }
}

// The derivative of the ramp is r (1 − r) / T. As in margin calibration the rivals gather what the others lose.
template <int Classes> void store_bound_gradient(const Tile &tile, const BoundRamp &ramp, const ck_bound_cost *costs, int64_t image) {
    const int c = Classes ? Classes : tile.classes;
    const ck_bound_cost *of = costs + image * tile.classes;
    const GradientWriter gradient(tile);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        F g[room<Classes>];
        const Rivals<Classes> rivals = ramps_of<Classes>(g, tile, ramp, label, i);
        F others = all(0.f), of_first = all(0.f);
        for (int k = 0; k < c; k++) {
            const Mask is_first = same(rivals.first_class, index(k));
            g[k] *= (all(1.f) - g[k]) * choose(same(label, all(k)), all(-of[k].missed), all(of[k].falsely_taken));
            others = choose(is_first, others, others + g[k]);
            of_first = choose(is_first, g[k], of_first);
        }
        for (int k = 0; k < c; k++) {
            const F at_first = choose(same(rivals.first_class, index(k)), g[k] - others, g[k]);
            gradient.store(k, i, choose(same(rivals.second_class, index(k)), g[k] - of_first, at_first));
        }
    }
}
