// Objectives of soft overlap (Dice, Tversky, Jaccard, NR-Dice): one pass for the sums, one for the gradient. The first leaves the
// softmax where the gradient goes, if it can: to read it again takes less than to make it again.

// Which of the sums there are to make.
enum class Sums { plain, with_squares_and_noise };

template <int Classes, Sums Kind>
void add_overlap(const Tile &tile, float noise_gamma, ck_overlap *sums) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter kept(tile);
    constexpr bool all_kinds = Kind == Sums::with_squares_and_noise;
    constexpr int other_room = all_kinds ? room<Classes> : 1;
    F overlap[room<Classes>], predicted[room<Classes>], squared[other_room], noise[other_room];
    for (int k = 0; k < c; k++) {
        overlap[k] = predicted[k] = all(0.f);
        if (all_kinds) squared[k] = noise[k] = all(0.f);
    }
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label);
        F x[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        const Softmax<Classes> softmax(x, c);
        const F inverse = where(counts, reciprocal(softmax.total));
        for (int k = 0; k < c; k++) {
            const F p = softmax.e[k] * inverse;
            if (kept.is_wanted()) kept.store(k, i, p);
            const Mask is_label = same(label, all(k));
            overlap[k] = choose(is_label, overlap[k] + p, overlap[k]);
            predicted[k] += p;
            if (all_kinds) {
                squared[k] += p * p;
                noise[k] += power(choose(is_label, all(1.f) - p, p), noise_gamma);
            }
        }
    }
    for (int k = 0; k < c; k++) {
        int labelled = 0;
        for (int i = 0; i < tile.end; i++) labelled += tile.label[i] == k;
        sums[k].overlap += sum(overlap[k]);
        sums[k].predicted += sum(predicted[k]);
        sums[k].labelled += labelled;
        if (!all_kinds) continue;
        sums[k].squared += sum(squared[k]);
        sums[k].noise += sum(noise[k]);
    }
}

void overlap_sums(const ck_batch &b, float noise_gamma, ck_overlap *sums) {
    const int64_t each = chunks_of(b), c = b.classes;
    Vector<ck_overlap> partial(static_cast<size_t>(b.images * each * c), ck_overlap{0, 0, 0, 0, 0});
    with_classes(c, [&](auto count) {
        constexpr int classes = decltype(count)::value;
        for_tiles(b, [&](const Tile &tile, int64_t chunk, int64_t, int64_t) {
            ck_overlap *of = &partial[static_cast<size_t>(chunk * c)];
            if (noise_gamma > 0) {
                add_overlap<classes, Sums::with_squares_and_noise>(tile, noise_gamma, of);
            } else {
                add_overlap<classes, Sums::plain>(tile, noise_gamma, of);
            }
        });
    });
    for (int64_t i = 0; i < b.images * c; i++) {
        ck_overlap total = {0, 0, 0, 0, 0};
        for (int64_t chunk = i / c * each; chunk < (i / c + 1) * each; chunk++) {
            const auto &part = partial[static_cast<size_t>(chunk * c + i % c)];
            total.overlap += part.overlap;
            total.predicted += part.predicted;
            total.squared += part.squared;
            total.noise += part.noise;
            total.labelled += part.labelled;
        }
        sums[i] = total;
    }
}

// d loss / d s_k = p_k (d_k − Σ_j p_j d_j) with d = d loss / d p.
template <int Classes> inline void store_through_softmax(const F *p, const F *d, const GradientWriter &gradient, int classes, int i) {
    const int c = Classes ? Classes : classes;
    F mean = all(0.f);
    for (int k = 0; k < c; k++) mean += p[k] * d[k];
    for (int k = 0; k < c; k++) gradient.store(k, i, p[k] * (d[k] - mean));
}

// The softmax of sixteen pixels as numbers from 0 to 1; 0 where nothing counts.
template <int Classes, Softmaxes Are> inline void load_probabilities(F *p, const Tile &tile, int i, Mask counts) {
    const int c = Classes ? Classes : tile.classes;
    F x[room<Classes>];
    load_scores<Classes>(x, tile, i, counts);
    const Softmax<Classes> softmax = softmax_of<Classes, Are>(tile, x, i);
    const F inverse = where(counts, reciprocal(softmax.total));
    for (int k = 0; k < c; k++) p[k] = softmax.e[k] * inverse;
}

template <int Classes, Softmaxes Are, Sums Kind, bool Kept>
void store_overlap_gradient(const Tile &tile, float noise_gamma, const ck_overlap_gradient *of) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        F p[room<Classes>], d[room<Classes>];
        if constexpr (Kept) {
            for (int k = 0; k < c; k++) p[k] = load(tile.g + k * tile.g_stride + i);
        } else {
            load_probabilities<Classes, Are>(p, tile, i, counted(label));
        }
        for (int k = 0; k < c; k++) {
            const Mask is_label = same(label, all(k));
            d[k] = choose(is_label, all(of[k].on_label), all(of[k].off_label));
            if (Kind == Sums::with_squares_and_noise) {
                const F slope = power(choose(is_label, all(1.f) - p[k], p[k]), noise_gamma - 1) * all(noise_gamma * of[k].noise);
                d[k] += p[k] * all(2 * of[k].square) + choose(is_label, -slope, slope);
            }
        }
        store_through_softmax<Classes>(p, d, gradient, c, i);
    }
}

template <int Classes, Softmaxes Are, Sums Kind>
void store_overlap_gradient(const Tile &tile, const ck_overlap_term &term, int64_t image) {
    const ck_overlap_gradient *of = term.coefficients + image * tile.classes;
    if (term.softmax_is_kept && tile.is_in_place) {
        store_overlap_gradient<Classes, Are, Kind, true>(tile, term.noise_gamma, of);
    } else {
        store_overlap_gradient<Classes, Are, Kind, false>(tile, term.noise_gamma, of);
    }
}

template <int Classes, Softmaxes Are>
void store_overlap_gradient(const Tile &tile, const ck_overlap_term &term, int64_t image) {
    if (term.noise_gamma > 0) {
        store_overlap_gradient<Classes, Are, Sums::with_squares_and_noise>(tile, term, image);
    } else {
        store_overlap_gradient<Classes, Are, Sums::plain>(tile, term, image);
    }
}
